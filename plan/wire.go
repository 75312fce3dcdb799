package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// wire is a row as it stands in a plan file: one flat JSON object a line. Which
// fields a row has follows from its op. encoder and scanner repeat its fields in
// this order.
type wire struct {
	Op         op     `json:"op"`
	Path       string `json:"path"`
	PathBase64 []byte `json:"path_base64,omitempty"` // in place of Path, which then is "", for names that are not UTF-8
	Reason     Reason `json:"reason,omitempty"`
	Detail     string `json:"detail,omitempty"`

	Local        *Stat    `json:"local,omitempty"`
	Remote       *Version `json:"remote,omitempty"`
	BeforeLocal  *Stat    `json:"before_local,omitempty"`
	BeforeRemote *Version `json:"before_remote,omitempty"`

	Headers  map[string]string `json:"headers,omitempty"`
	Phase    int               `json:"phase,omitempty"`
	Requests int64             `json:"requests,omitempty"`
	Sums     *Sums             `json:"sums,omitempty"`
	Owned    bool              `json:"owned,omitempty"`
	Preserve bool              `json:"preserve,omitempty"`
	Due      bool              `json:"due,omitempty"`
	Racy     bool              `json:"racy,omitempty"`
	HeldFor  string            `json:"held_for,omitempty"`

	UploadID string     `json:"upload_id,omitempty"`
	Started  *time.Time `json:"started,omitempty"`
	Parts    int        `json:"parts,omitempty"`
	Bytes    int64      `json:"bytes,omitempty"`

	Base *Base `json:"base,omitempty"`
}

// wireOf returns the row of a.
func wireOf(a Action) wire {
	w := wire{Op: a.op(), Path: a.Where(), Reason: a.Why()}
	if !utf8.ValidString(w.Path) {
		w.Path, w.PathBase64 = "", []byte(w.Path)
	}
	switch a := a.(type) {
	case *Upload:
		w.upload(a)
	case *ResumeUpload:
		w.upload(&a.Upload)
		w.pending(a.UploadID, a.Started, a.Parts, a.Bytes)
	case *Download:
		w.Remote, w.BeforeLocal, w.Preserve, w.Phase, w.Requests = &a.Remote, a.Before, a.Preserve, a.Phase, a.Requests
	case *SetMeta:
		w.Remote, w.Local, w.Sums, w.Headers, w.Owned, w.Racy = &a.Remote, &a.Local, &a.Sums, a.Headers, a.Owned, a.Racy
	case *DeleteRemote:
		w.BeforeRemote, w.HeldFor = &a.Before, a.HeldFor
	case *DeleteLocal:
		w.BeforeLocal = &a.Before
	case *AbortUpload:
		w.pending(a.UploadID, a.Started, a.Parts, a.Bytes)
	case *KeepUpload:
		w.pending(a.UploadID, a.Started, a.Parts, a.Bytes)
	case *Conflict:
		// What a system says of a name repeats its bytes, UTF-8 or not.
		w.Due = a.Due
		w.Detail = strings.ToValidUTF8(a.Detail, "\uFFFD")
	case *Record:
		w.Base = &a.Base
	case *Skip, *Forget:
	}
	return w
}

func (w *wire) upload(a *Upload) {
	w.Local, w.BeforeRemote, w.Headers, w.Phase, w.Requests = &a.Local, a.Before, a.Headers, a.Phase, a.Requests
}

func (w *wire) pending(id string, started time.Time, parts int, bytes int64) {
	w.UploadID, w.Started, w.Parts, w.Bytes = id, &started, parts, bytes
}

// encodeLine returns v as one line of JSON without line feed; names stay legible.
func encodeLine(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return legible(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// decodeLine is the strict inverse of encodeLine, for the lines that frame rows.
func decodeLine(line []byte, v any) error {
	if err := json.Unmarshal(line, v); err != nil {
		return err
	}
	again, err := encodeLine(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(line, again) {
		return fmt.Errorf("line not in the form this program writes")
	}
	return nil
}

// decoder is the strict inverse of encoder: a line is accepted only if it is, byte
// for byte, what encoder writes for the action it holds. That refuses unknown,
// repeated, re-cased, missing and misplaced fields at once. The zero value is ready.
type decoder struct{ encoder encoder }

// decode returns the action that line holds.
func (d *decoder) decode(line []byte) (Action, error) {
	a, err := parse(line)
	if err != nil {
		return nil, err
	}
	again, err := d.encoder.encode(a)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(line, again) {
		return nil, fmt.Errorf("%s %q is not in the form this program writes", a.op(), a.Where())
	}
	return a, nil
}

// parse returns the action of a line of which it is known that decode takes it.
func parse(line []byte) (Action, error) {
	w, ok := scan(line)
	if !ok {
		// No line of ours. What is wrong with it encoding/json tells best.
		if err := unmarshal(line, &w); err != nil {
			return nil, err
		}
	}
	return w.action()
}

// unmarshal decodes into a wire of its own: what goes to encoding/json is on the
// heap, and the wires of all other lines need not be.
func unmarshal(line []byte, w *wire) error {
	var found wire
	err := json.Unmarshal(line, &found)
	*w = found
	return err
}

// action builds the action that w holds, checking that values are in range.
func (w *wire) action() (Action, error) {
	path := w.Path
	if w.PathBase64 != nil {
		path = string(w.PathBase64)
	}
	a, known := w.build(path)
	switch {
	case !known:
		return nil, fmt.Errorf("unknown op %q", w.Op)
	case w.negative():
		return nil, fmt.Errorf("negative number in %s %q", w.Op, path)
	case !w.Reason.Known():
		return nil, fmt.Errorf("unknown reason %q of %s %q", w.Reason, w.Op, path)
	case a == nil:
		return nil, fmt.Errorf("%s %q lacks a field", w.Op, path)
	}
	return a, nil
}

func (w *wire) negative() bool {
	stat := func(s *Stat) bool { return s != nil && s.Size < 0 }
	version := func(v *Version) bool { return v != nil && v.Size < 0 }
	return w.Phase < 0 || w.Requests < 0 || w.Bytes < 0 || w.Parts < 0 ||
		stat(w.Local) || stat(w.BeforeLocal) || version(w.Remote) || version(w.BeforeRemote) ||
		w.Base != nil && (stat(&w.Base.Local) || version(&w.Base.Remote))
}

// build makes the action of the op of w, nil if a field is missing; known is false
// if there is no such op.
func (w *wire) build(path string) (a Action, known bool) {
	switch w.Op {
	case opUpload, opResume:
		a = w.buildUpload(path)
	case opDownload:
		if w.Remote != nil {
			a = &Download{Path: path, Reason: w.Reason, Remote: *w.Remote, Before: w.BeforeLocal, Preserve: w.Preserve, Phase: w.Phase, Requests: w.Requests}
		}
	case opSetMeta:
		if w.Remote != nil && w.Local != nil && w.Sums != nil {
			a = &SetMeta{Path: path, Reason: w.Reason, Remote: *w.Remote, Local: *w.Local, Sums: *w.Sums, Headers: w.Headers, Owned: w.Owned, Racy: w.Racy}
		}
	case opDeleteRemote:
		if w.BeforeRemote != nil {
			a = &DeleteRemote{Path: path, Reason: w.Reason, Before: *w.BeforeRemote, HeldFor: w.HeldFor}
		}
	case opDeleteLocal:
		if w.BeforeLocal != nil {
			a = &DeleteLocal{Path: path, Reason: w.Reason, Before: *w.BeforeLocal}
		}
	case opAbort, opKeep:
		a = w.buildPending(path)
	case opConflict:
		a = &Conflict{Path: path, Reason: w.Reason, Detail: w.Detail, Due: w.Due}
	case opSkip:
		a = &Skip{Path: path, Reason: w.Reason}
	case opRecord:
		if w.Base != nil {
			record := &Record{Base: *w.Base}
			record.Base.Path = path
			a = record
		}
	case opForget:
		a = &Forget{Path: path}
	default:
		return nil, false
	}
	return a, true
}

func (w *wire) buildUpload(path string) Action {
	if w.Local == nil {
		return nil
	}
	u := Upload{Path: path, Reason: w.Reason, Local: *w.Local, Before: w.BeforeRemote, Headers: w.Headers, Phase: w.Phase, Requests: w.Requests}
	switch {
	case w.Op == opUpload:
		return &u
	case w.Started == nil || w.UploadID == "":
		return nil
	}
	return &ResumeUpload{Upload: u, UploadID: w.UploadID, Started: *w.Started, Parts: w.Parts, Bytes: w.Bytes}
}

func (w *wire) buildPending(path string) Action {
	if w.Started == nil || w.UploadID == "" {
		return nil
	}
	a := &AbortUpload{Path: path, Reason: w.Reason, UploadID: w.UploadID, Started: *w.Started, Parts: w.Parts, Bytes: w.Bytes}
	if w.Op == opKeep {
		return (*KeepUpload)(a)
	}
	return a
}
