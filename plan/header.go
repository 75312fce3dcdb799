package plan

import (
	"errors"
	"fmt"
	"time"
)

// formatVersion is that of plan files. A reader refuses any other.
const formatVersion = 1

// fileHeader is the first line of a plan file. It names the mappings whose
// sections follow, so that a file cut between two sections is noticed.
type fileHeader struct {
	Op       op       `json:"op"` // opFile
	Format   int      `json:"format"`
	Tool     string   `json:"tool"`
	Mappings []string `json:"mappings"`
	Digest   string   `json:"digest"` // hex SHA-256 of this line with an empty digest
}

// Header is the first line of a section: what its plan was made for and from.
// An apply refuses a section whose header does not fit what it finds.
type Header struct {
	Mapping   string `json:"mapping"`
	Spec      string `json:"spec"` // hex SHA-256 of the spec file
	Direction string `json:"direction"`
	Service   string `json:"service"` // endpoint, region or embedded folder
	Bucket    string `json:"bucket"`
	Prefix    string `json:"prefix"`
	Root      string `json:"root"`    // absolute path of the local tree
	RootID    string `json:"root_id"` // identity of the folder at Root
	Prune     string `json:"prune"`
	Phases    int    `json:"phases"`

	Lineage string    `json:"lineage"` // of the index; "" if there was none
	Serial  uint64    `json:"serial"`  // applies that the index had seen
	Made    time.Time `json:"made"`    // server's clock
}

// Moved returns in words what makes h another plan's header than now, or "".
// Header fields that only inform are not compared.
func (h *Header) Moved(now *Header) string {
	switch {
	case h.Mapping != now.Mapping:
		return fmt.Sprintf("it is for mapping %q", h.Mapping)
	case h.Direction != now.Direction:
		return fmt.Sprintf("it is for a %q", h.Direction)
	case h.Service != now.Service || h.Bucket != now.Bucket || h.Prefix != now.Prefix:
		return fmt.Sprintf("it is for %q at %q", "oss://"+h.Bucket+"/"+h.Prefix, h.Service)
	case h.Root != now.Root:
		return fmt.Sprintf("it is for the tree %q", h.Root)
	case h.Spec != now.Spec:
		return "the spec was edited since"
	case h.RootID != now.RootID && h.RootID != "": // "": a pull into a folder still to be made
		return fmt.Sprintf("the folder at %q is not the one it was made from", h.Root)
	case h.Lineage != now.Lineage || h.Serial != now.Serial:
		return fmt.Sprintf("an apply ran since (serial %d, now %d)", h.Serial, now.Serial)
	}
	return ""
}

// clockLeeway is how far the clocks of a service's machines may be apart.
const clockLeeway = 5 * time.Minute

// Expired returns in words that h was made longer than most before now, or at a
// time still to come, or "". Both times are the service's own, so no clock of this
// side counts. With most 0, or without such a time for now, nothing is too old.
func (h *Header) Expired(now *Header, most time.Duration) string {
	if most <= 0 || now.Made.IsZero() {
		return ""
	}
	made, age := h.Made.UTC().Format("2006-01-02 15:04:05 MST"), now.Made.Sub(h.Made)
	switch {
	case h.Made.IsZero():
		return "it does not tell when it was made"
	case age > most:
		return fmt.Sprintf("it was made at %s, %v ago, and is good for %v", made, age.Round(time.Second), most)
	case age < -clockLeeway:
		return fmt.Sprintf("it was made at %s, which by the service's clock is still to come", made)
	}
	return ""
}

// beginLine and endLine frame the rows of a section.
type beginLine struct {
	Op op `json:"op"` // opBegin
	Header
}

type endLine struct {
	Op             op      `json:"op"` // opEnd
	Rows           int64   `json:"rows"`
	LocalComplete  bool    `json:"local_complete"`
	RemoteComplete bool    `json:"remote_complete"`
	Touched        bool    `json:"touched,omitempty"` // made of some paths, by FinishTouched; then neither side is complete
	Summary        Summary `json:"summary"`
	Digest         string  `json:"digest"` // hex SHA-256 of the section's lines, this one with an empty digest
}

const (
	opFile  op = "plan"
	opBegin op = "begin"
	opEnd   op = "end"
)

// ErrInvalid is wrapped by the errors of reading a plan file that is not whole
// and unaltered.
var ErrInvalid = errors.New("not a usable plan file")

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
}
