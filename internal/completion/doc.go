// Package completion completes a command line in a shell, from the model that
// kong parses with: commands, flags, the words that a flag chooses from, and
// names that the program finds out itself.
//
// [Script] returns what a shell reads once; osssync completion prints it. At
// each press of the key the script asks the program, by its hidden command
// __complete, what may stand there, and the program answers with [Complete].
// So a script stays true when commands and flags are added, and names come from
// the spec as it is at that moment.
package completion
