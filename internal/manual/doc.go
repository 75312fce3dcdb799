// Package manual tells a command line in the forms that people read: a page of
// Markdown, and manual pages for man(1). All is made from the model that kong
// parses with, so that what is told is what works.
//
// [Pages] returns a page for the program and one for each command, [Markdown]
// everything on one page. Hidden commands and flags are left out. What both
// return depends on the model alone, not on time or machine.
package manual
