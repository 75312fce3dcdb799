//go:build failpoint

package powerloss

// Log is what a run did to the disk, in order, and what was there before.
type Log struct {
	nodes  []node
	events []event
	roots  []string // absolute paths of the folders that are watched; nodes of the same index
}

// node is a file or folder, whatever names it has.
type node struct {
	inode   uint64 // in the run
	folder  bool
	content []byte         // when the log begins
	mtime   int64          // likewise, nanoseconds since 1970
	names   map[string]int // likewise, of a folder: to nodes
}

// event is one thing that a run did.
type event struct {
	do      deed
	node    int    // of the file or folder; of the folder for a name
	offset  int64  // of content
	content []byte // of content and whole
	size    int64  // of cut
	mtime   int64  // of content, cut and times: what the file has from then on
	name    string // in the folder
	to      int    // node that the name means from then on; none: nothing
	pair    int    // of a rename: the event that is its other half, else none
	upto    int    // of a sync: events before this one are durable by it
	remote  int    // of stored: which state of the service
}

type deed int

const (
	content deed = iota // written at an offset
	cut                 // or extended to a size
	times
	whole  // replaced in one step, and durable
	name   // made or removed
	synced // content of a file, or names of a folder
	stored // by the service
)

// none is no node and no event.
const none = -1

// Len is the number of events.
func (l *Log) Len() int { return len(l.events) }
