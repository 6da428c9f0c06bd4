Receivers correct a submission, in the browser or through REST, by the rules of the form; nobody overwrites what somebody else changed meanwhile without having seen it.
