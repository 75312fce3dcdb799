// Package resources runs the real program where something runs out or is refused:
// room on the disk of the tree or of the state, the right to write or to read, and
// file descriptors. It holds tests alone, for Linux: each enters a namespace of its
// own, in which any user may mount what he likes, and is skipped where that is not
// allowed.
package resources
