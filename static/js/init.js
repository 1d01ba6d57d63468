// Runs before the page is drawn, so that parts for browsers with a script appear without a jump.
document.documentElement.classList.add("js");
