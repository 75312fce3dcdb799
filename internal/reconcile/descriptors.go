package reconcile

import "github.com/osssync/osssync/spec"

// File descriptors that a run needs.
const (
	ownDescriptors  = 32 // standard files, poller, lock, index, plan files, the walk
	fileDescriptors = 4  // a file on its way, its folder, its record and the folder of that
	partDescriptors = 1  // a connection
	// An embedded store is reached through memory, but it has a file and a folder
	// open where the other side of a connection has a socket.
	embeddedDescriptors = 3
)

// fit lowers how many files and parts are moved at the same time until what they
// need is within the descriptors that this process may have: a wish for more ends
// in slower transfers, not in "too many open files". At least one of each is left.
func fit(t spec.Transfer, embedded bool, descriptors int) spec.Transfer {
	part := partDescriptors
	if embedded {
		part = embeddedDescriptors
	}
	for ownDescriptors+t.Files*(fileDescriptors+t.Parts*part) > descriptors && t.Files*t.Parts > 1 {
		if t.Files > t.Parts || t.Parts == 1 {
			t.Files--
		} else {
			t.Parts--
		}
	}
	return t
}

// transfer returns how the mapping moves bytes in this process.
func transfer(s *spec.Spec, m *spec.Mapping) spec.Transfer {
	store, _ := s.Store(m.Store)
	return fit(m.Transfer, store.Embedded != "", descriptorLimit())
}
