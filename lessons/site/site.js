// SPDX-License-Identifier: MIT
// Starts Doxygen Awesome's buttons, and makes what is made for a mouse work
// from the keyboard too. Runs in: the reader's browser.
DoxygenAwesomeDarkModeToggle.init();
DoxygenAwesomeFragmentCopyButton.init();
DoxygenAwesomeParagraphLink.init();
