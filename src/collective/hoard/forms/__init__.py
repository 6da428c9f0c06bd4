"""Forms made in the browser, and what visitors send with them."""
