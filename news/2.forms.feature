Editors make forms in the browser, with fourteen kinds of field; visitors fill them in without JavaScript, on a phone or by keyboard alone, and what they send is stored exactly once.
