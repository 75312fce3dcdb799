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
// fields a row has follows from its op.
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

	UploadID string     `json:"upload_id,omitempty"`
	Started  *time.Time `json:"started,omitempty"`
	Parts    int        `json:"parts,omitempty"`
	Bytes    int64      `json:"bytes,omitempty"`

	Base *Base `json:"base,omitempty"`
}

// encodeAction returns the line of a, without line feed. Equal actions give
// equal lines.
func encodeAction(a Action) ([]byte, error) {
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
		w.BeforeRemote = &a.Before
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
	return encodeLine(&w)
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
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
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

// decodeAction is the strict inverse of encodeAction: a line is accepted only if
// it is, byte for byte, what encodeAction writes for the action it holds. That
// refuses unknown, repeated, re-cased, missing and misplaced fields at once.
func decodeAction(line []byte) (Action, error) {
	var w wire
	if err := json.Unmarshal(line, &w); err != nil {
		return nil, err
	}
	a, err := w.action()
	if err != nil {
		return nil, err
	}
	again, err := encodeAction(a)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(line, again) {
		return nil, fmt.Errorf("%s %q is not in the form this program writes", w.Op, a.Where())
	}
	return a, nil
}

// action builds the action that w holds, checking that values are in range.
func (w *wire) action() (Action, error) {
	path := w.Path
	if w.PathBase64 != nil {
		path = string(w.PathBase64)
	}
	build, ok := builders[w.Op]
	if !ok {
		return nil, fmt.Errorf("unknown op %q", w.Op)
	}
	if w.negative() {
		return nil, fmt.Errorf("negative number in %s %q", w.Op, path)
	}
	if !w.Reason.Known() {
		return nil, fmt.Errorf("unknown reason %q of %s %q", w.Reason, w.Op, path)
	}
	a, ok := build(w, path)
	if !ok {
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

// builders make the action of each op; false means that a field is missing.
var builders = map[op]func(w *wire, path string) (Action, bool){
	opUpload: func(w *wire, path string) (Action, bool) {
		u, ok := w.toUpload(path)
		return &u, ok
	},
	opResume: func(w *wire, path string) (Action, bool) {
		u, ok := w.toUpload(path)
		if !ok || w.Started == nil || w.UploadID == "" {
			return nil, false
		}
		return &ResumeUpload{Upload: u, UploadID: w.UploadID, Started: *w.Started, Parts: w.Parts, Bytes: w.Bytes}, true
	},
	opDownload: func(w *wire, path string) (Action, bool) {
		if w.Remote == nil {
			return nil, false
		}
		return &Download{Path: path, Reason: w.Reason, Remote: *w.Remote, Before: w.BeforeLocal, Preserve: w.Preserve, Phase: w.Phase, Requests: w.Requests}, true
	},
	opSetMeta: func(w *wire, path string) (Action, bool) {
		if w.Remote == nil || w.Local == nil || w.Sums == nil {
			return nil, false
		}
		return &SetMeta{Path: path, Reason: w.Reason, Remote: *w.Remote, Local: *w.Local, Sums: *w.Sums, Headers: w.Headers, Owned: w.Owned, Racy: w.Racy}, true
	},
	opDeleteRemote: func(w *wire, path string) (Action, bool) {
		if w.BeforeRemote == nil {
			return nil, false
		}
		return &DeleteRemote{Path: path, Reason: w.Reason, Before: *w.BeforeRemote}, true
	},
	opDeleteLocal: func(w *wire, path string) (Action, bool) {
		if w.BeforeLocal == nil {
			return nil, false
		}
		return &DeleteLocal{Path: path, Reason: w.Reason, Before: *w.BeforeLocal}, true
	},
	opAbort: func(w *wire, path string) (Action, bool) {
		a, ok := w.toPending(path)
		return &a, ok
	},
	opKeep: func(w *wire, path string) (Action, bool) {
		a, ok := w.toPending(path)
		keep := KeepUpload(a)
		return &keep, ok
	},
	opConflict: func(w *wire, path string) (Action, bool) {
		return &Conflict{Path: path, Reason: w.Reason, Detail: w.Detail, Due: w.Due}, true
	},
	opSkip: func(w *wire, path string) (Action, bool) {
		return &Skip{Path: path, Reason: w.Reason}, true
	},
	opRecord: func(w *wire, path string) (Action, bool) {
		if w.Base == nil {
			return nil, false
		}
		w.Base.Path = path
		return &Record{Base: *w.Base}, true
	},
	opForget: func(w *wire, path string) (Action, bool) {
		return &Forget{Path: path}, true
	},
}

func (w *wire) toUpload(path string) (Upload, bool) {
	if w.Local == nil {
		return Upload{}, false
	}
	return Upload{Path: path, Reason: w.Reason, Local: *w.Local, Before: w.BeforeRemote, Headers: w.Headers, Phase: w.Phase, Requests: w.Requests}, true
}

func (w *wire) toPending(path string) (AbortUpload, bool) {
	if w.Started == nil || w.UploadID == "" {
		return AbortUpload{}, false
	}
	return AbortUpload{Path: path, Reason: w.Reason, UploadID: w.UploadID, Started: *w.Started, Parts: w.Parts, Bytes: w.Bytes}, true
}
