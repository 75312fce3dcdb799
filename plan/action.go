package plan

import "time"

// Action is one row of a plan. The set is closed: the types of this file are all
// there are.
type Action interface {
	// Where returns the path below root and prefix.
	Where() string
	// Why returns the reason, for people.
	Why() Reason
	// Cost returns what doing it will take.
	Cost() Cost

	op() op
}

// Cost is what an action will take: requests to the service, and bytes moved
// over the network. Requests are those of a run without retries.
type Cost struct {
	Requests int64 `json:"requests"`
	Bytes    int64 `json:"bytes"`
}

// Upload sends a file that the bucket lacks or has with other content.
type Upload struct {
	Path     string
	Reason   Reason
	Local    Stat              // the file that was compared; another one is not sent
	Before   *Version          // the object to be replaced; nil: there is none
	Headers  map[string]string // all headers that will be set
	Phase    int
	Requests int64
}

// ResumeUpload is an Upload that goes on with a multipart upload of an earlier run.
type ResumeUpload struct {
	Upload
	UploadID string
	Started  time.Time
	Parts    int   // stored at the service when the plan was made
	Bytes    int64 // in those parts; more than the file has if it is another one by now
}

// Download fetches an object that the tree lacks or has with other content.
type Download struct {
	Path     string
	Reason   Reason
	Remote   Version // the object that was listed; another one is not fetched
	Before   *Stat   // the file to be replaced; nil: there is none
	Preserve bool    // Before is not what this mapping put there: it goes to the trash of the run
	Phase    int
	Requests int64
}

// SetMeta gives an object the headers of the spec by a copy onto itself on the
// server; no content is sent.
type SetMeta struct {
	Path    string
	Reason  Reason
	Remote  Version
	Local   Stat
	Sums    Sums
	Headers map[string]string
	Owned   bool
	Racy    bool // as in Base: Local proves nothing
}

// DeleteRemote removes an object.
type DeleteRemote struct {
	Path    string
	Reason  Reason
	Before  Version
	HeldFor string // a name, new and passed over, that may have this content now: the delete waits for one apply; "": it does not
}

// DeleteLocal moves a file to the trash folder of the run.
type DeleteLocal struct {
	Path   string
	Reason Reason
	Before Stat
}

// AbortUpload gives up a multipart upload that nobody resumes; its parts are freed.
type AbortUpload struct {
	Path     string
	Reason   Reason
	UploadID string
	Started  time.Time
	Parts    int
	Bytes    int64
}

// KeepUpload shows a multipart upload that is left as it is.
type KeepUpload AbortUpload

// Conflict shows a path that is left alone on both sides.
type Conflict struct {
	Path   string
	Reason Reason
	Detail string // evidence, for people; may be empty
	Due    bool   // new content may be due here: what waits for content, waits
}

// Skip shows a path that the spec says to pass over. Like a Conflict it is left
// alone on both sides, but that is as it should be.
type Skip struct {
	Path   string
	Reason Reason
}

// Record notes in the index that both sides have the same content. It changes
// neither side and is not shown.
type Record struct {
	Base Base
}

// Forget drops the index row of a path that is gone on both sides. It changes
// neither side and is not shown.
type Forget struct {
	Path string
}

// Where and Why of each type; Cost in requests and bytes moved.

func (a *Upload) Where() string       { return a.Path }
func (a *Download) Where() string     { return a.Path }
func (a *SetMeta) Where() string      { return a.Path }
func (a *DeleteRemote) Where() string { return a.Path }
func (a *DeleteLocal) Where() string  { return a.Path }
func (a *AbortUpload) Where() string  { return a.Path }
func (a *KeepUpload) Where() string   { return a.Path }
func (a *Conflict) Where() string     { return a.Path }
func (a *Skip) Where() string         { return a.Path }
func (a *Record) Where() string       { return a.Base.Path }
func (a *Forget) Where() string       { return a.Path }

func (a *Upload) Why() Reason       { return a.Reason }
func (a *Download) Why() Reason     { return a.Reason }
func (a *SetMeta) Why() Reason      { return a.Reason }
func (a *DeleteRemote) Why() Reason { return a.Reason }
func (a *DeleteLocal) Why() Reason  { return a.Reason }
func (a *AbortUpload) Why() Reason  { return a.Reason }
func (a *KeepUpload) Why() Reason   { return a.Reason }
func (a *Conflict) Why() Reason     { return a.Reason }
func (a *Skip) Why() Reason         { return a.Reason }
func (a *Record) Why() Reason       { return ReasonSame }
func (a *Forget) Why() Reason       { return ReasonForgotten }

func (a *Upload) Cost() Cost { return Cost{Requests: a.Requests, Bytes: a.Local.Size} }
func (a *ResumeUpload) Cost() Cost {
	return Cost{Requests: a.Requests, Bytes: max(a.Local.Size-a.Bytes, 0)}
}
func (a *Download) Cost() Cost     { return Cost{Requests: a.Requests, Bytes: a.Remote.Size} }
func (a *SetMeta) Cost() Cost      { return Cost{Requests: 2} }
func (a *DeleteRemote) Cost() Cost { return Cost{Requests: 2} }
func (a *DeleteLocal) Cost() Cost  { return Cost{} }
func (a *AbortUpload) Cost() Cost  { return Cost{Requests: 2} }
func (a *KeepUpload) Cost() Cost   { return Cost{} }
func (a *Conflict) Cost() Cost     { return Cost{} }
func (a *Skip) Cost() Cost         { return Cost{} }
func (a *Record) Cost() Cost       { return Cost{} }
func (a *Forget) Cost() Cost       { return Cost{} }

func (a *Upload) op() op       { return opUpload }
func (a *ResumeUpload) op() op { return opResume }
func (a *Download) op() op     { return opDownload }
func (a *SetMeta) op() op      { return opSetMeta }
func (a *DeleteRemote) op() op { return opDeleteRemote }
func (a *DeleteLocal) op() op  { return opDeleteLocal }
func (a *AbortUpload) op() op  { return opAbort }
func (a *KeepUpload) op() op   { return opKeep }
func (a *Conflict) op() op     { return opConflict }
func (a *Skip) op() op         { return opSkip }
func (a *Record) op() op       { return opRecord }
func (a *Forget) op() op       { return opForget }

// Word returns the word for a's type, the same as in plan files: "upload",
// "resume-upload", "download", "set-meta", "delete-remote", "delete-local",
// "abort-upload", "keep-upload", "conflict", "skip", "record" or "forget".
func Word(a Action) string { return string(a.op()) }

// op is the word of an action type in a plan file.
type op string

const (
	opUpload       op = "upload"
	opResume       op = "resume-upload"
	opDownload     op = "download"
	opSetMeta      op = "set-meta"
	opDeleteRemote op = "delete-remote"
	opDeleteLocal  op = "delete-local"
	opAbort        op = "abort-upload"
	opKeep         op = "keep-upload"
	opConflict     op = "conflict"
	opSkip         op = "skip"
	opRecord       op = "record"
	opForget       op = "forget"
)
