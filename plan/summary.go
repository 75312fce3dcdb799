package plan

import "strings"

// Tally counts rows of one kind.
type Tally struct {
	Objects int64 `json:"objects"`
	Bytes   int64 `json:"bytes"`
}

func (t *Tally) add(bytes int64) { t.Objects++; t.Bytes += bytes }

// Summary counts what a plan holds and what it was made from.
type Summary struct {
	LocalFiles    int64 `json:"local_files"`
	RemoteObjects int64 `json:"remote_objects"`
	OwnedRows     int64 `json:"owned_rows"`

	Upload       Tally `json:"upload"`        // ResumeUpload included; bytes still to be sent
	Download     Tally `json:"download"`      // bytes to be received
	SetMeta      Tally `json:"set_meta"`      // bytes of the objects, none of them moved
	DeleteRemote Tally `json:"delete_remote"` // bytes to be deleted
	DeleteLocal  Tally `json:"delete_local"`
	Resume       Tally `json:"resume"` // bytes already stored, not sent again
	Abort        Tally `json:"abort"`  // multipart uploads, bytes in their parts
	Keep         Tally `json:"keep"`
	Record       int64 `json:"record"`
	Forget       int64 `json:"forget"`

	Unchanged int64 `json:"unchanged"`
	Extra     int64 `json:"extra"`     // only at the target, left there by the prune policy
	Conflicts int64 `json:"conflicts"` // rows that touch nothing
	Undecided int64 `json:"undecided"` // conflicts where new content may be due
	Skips     int64 `json:"skips"`     // rows that are passed over, as the spec says or for their names
	Shielded  int64 `json:"shielded"`  // paths left alone below something that could not be seen
	Replace   int64 `json:"replace"`   // uploads and downloads that replace other content

	Largest   int64  `json:"largest"`              // bytes of the largest object to be moved
	LargestAt string `json:"largest_at,omitempty"` // its path, the first of equals

	Denied        int64  `json:"denied"`                // of the Skips, names that the spec would have to allow
	DeniedAt      string `json:"denied_at,omitempty"`   // the first of them, with U+FFFD where it is not UTF-8
	DeniedThen    string `json:"denied_then,omitempty"` // the second of them, likewise
	DeniedObjects int64  `json:"denied_objects"`        // objects of such names, and in folders of such names

	Waiting    int64  `json:"waiting"`               // deletes that wait for one apply, of what may be there under a Denied name that is new
	WaitingFor string `json:"waiting_for,omitempty"` // the name that the first of them waits for

	Unmoved     int64  `json:"unmoved"`                // paths with content that is not moved, be it for its name, for what has that name or for want of reading: deletes are held
	UnmovedAt   string `json:"unmoved_at,omitempty"`   // the first of them, with U+FFFD where it is not UTF-8
	Missing     int64  `json:"missing"`                // files of the policy's Require that the source does not have
	MissingAt   string `json:"missing_at,omitempty"`   // the first of them
	MissingWhy  Reason `json:"missing_why,omitempty"`  // why that one does not count as there, if something has its name
	Unmounted   int64  `json:"unmounted"`              // deletes where another file system was mounted before
	UnmountedAt string `json:"unmounted_at,omitempty"` // the first such directory

	Cost Cost `json:"cost"`
}

// Deletes returns the number of objects and files that would be deleted.
func (s *Summary) Deletes() int64 { return s.DeleteRemote.Objects + s.DeleteLocal.Objects }

// Transfers returns the number of objects and files whose content would be moved.
func (s *Summary) Transfers() int64 { return s.Upload.Objects + s.Download.Objects }

// Changes returns the number of rows that change a side or a multipart upload.
func (s *Summary) Changes() int64 {
	return s.Transfers() + s.SetMeta.Objects + s.Deletes() + s.Abort.Objects
}

// Incomplete reports whether something had to be left alone.
func (s *Summary) Incomplete() bool { return s.Conflicts > 0 || s.Shielded > 0 }

// minAllReplaced is the number of files from which it is worth a word that all
// of them differ.
const minAllReplaced = 10

// AllReplaced reports whether every file that both sides have is to be replaced,
// and there are at least ten. Content decides, never time stamps, so another
// folder or another build looks like this, and not a fresh checkout.
func (s *Summary) AllReplaced() bool {
	return s.Replace >= minAllReplaced && s.Unchanged == 0 && s.SetMeta.Objects == 0
}

func (s *Summary) replaces(content bool) {
	if content {
		s.Replace++
	}
}

func (s *Summary) moves(path string, bytes int64) {
	if bytes > s.Largest {
		s.Largest, s.LargestAt = bytes, path
	}
}

// deny counts a row that passes over a path if that is for its name.
func (s *Summary) deny(a *Skip) {
	if !a.Reason.isName() {
		return
	}
	path := strings.ToValidUTF8(a.Path, "\uFFFD")
	switch s.Denied++; s.Denied {
	case 1:
		s.DeniedAt = path
	case 2:
		s.DeniedThen = path
	}
}

// waits counts a delete that waits for one apply, for a name.
func (s *Summary) waits(name string) {
	if name == "" {
		return
	}
	if s.Waiting++; s.Waiting == 1 {
		s.WaitingFor = name
	}
}

// count adds a row that stands in the plan.
func (s *Summary) count(a Action) {
	cost := a.Cost()
	s.Cost.Requests += cost.Requests
	s.Cost.Bytes += cost.Bytes
	switch a := a.(type) {
	case *Upload:
		s.Upload.add(cost.Bytes)
		s.replaces(a.Before != nil)
		s.moves(a.Path, a.Local.Size)
	case *ResumeUpload:
		s.Upload.add(cost.Bytes)
		s.Resume.add(a.Bytes)
		s.replaces(a.Before != nil)
		s.moves(a.Path, a.Local.Size)
	case *Download:
		s.Download.add(cost.Bytes)
		s.replaces(a.Before != nil)
		s.moves(a.Path, a.Remote.Size)
	case *SetMeta:
		s.SetMeta.add(a.Remote.Size)
	case *DeleteRemote:
		s.DeleteRemote.add(a.Before.Size)
		s.waits(a.HeldFor)
	case *DeleteLocal:
		s.DeleteLocal.add(a.Before.Size)
	case *AbortUpload:
		s.Abort.add(a.Bytes)
	case *KeepUpload:
		s.Keep.add(a.Bytes)
	case *Conflict:
		s.Conflicts++
		if a.Due {
			s.Undecided++
		}
	case *Skip:
		s.Skips++
		s.deny(a)
	case *Record:
		s.Record++
	case *Forget:
		s.Forget++
	}
}
