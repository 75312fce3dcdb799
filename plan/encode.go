package plan

import (
	"encoding/base64"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// encoder writes rows byte for byte as encodeLine would write their wire, but
// without reflection and into one buffer. The zero value is ready.
type encoder struct {
	line  []byte
	names []string // of the headers of a row
	err   error    // of the row under way: a time that has no text
}

// encode returns the line of a, without line feed, valid until the next call.
// Equal actions give equal lines.
func (e *encoder) encode(a Action) ([]byte, error) {
	w := wireOf(a)
	e.line, e.err = append(e.line[:0], '{'), nil
	e.row(&w)
	e.line = append(e.line, '}')
	return e.line, e.err
}

// row writes the members in the order of wire, which is that of [scanner.row].
func (e *encoder) row(w *wire) {
	e.text("op", string(w.Op))
	e.text("path", w.Path)
	if w.PathBase64 != nil {
		e.name("path_base64")
		e.line = append(base64.StdEncoding.AppendEncode(append(e.line, '"'), w.PathBase64), '"')
	}
	e.textIfAny("reason", string(w.Reason))
	e.textIfAny("detail", w.Detail)
	e.stat("local", w.Local)
	e.version("remote", w.Remote)
	e.stat("before_local", w.BeforeLocal)
	e.version("before_remote", w.BeforeRemote)
	e.headers("headers", w.Headers)
	e.numberIfAny("phase", int64(w.Phase))
	e.numberIfAny("requests", w.Requests)
	e.sums("sums", w.Sums)
	e.flag("owned", w.Owned)
	e.flag("preserve", w.Preserve)
	e.flag("due", w.Due)
	e.flag("racy", w.Racy)
	e.textIfAny("held_for", w.HeldFor)
	e.textIfAny("upload_id", w.UploadID)
	if w.Started != nil {
		e.time("started", *w.Started)
	}
	e.numberIfAny("parts", int64(w.Parts))
	e.numberIfAny("bytes", w.Bytes)
	e.base("base", w.Base)
}

func (e *encoder) stat(name string, s *Stat) {
	if s == nil {
		return
	}
	e.open(name)
	e.number("size", s.Size)
	e.number("mtime_ns", s.MtimeNs)
	e.numberIfAny("ctime_ns", s.CtimeNs)
	if s.Inode != 0 {
		e.name("inode")
		e.line = strconv.AppendUint(e.line, s.Inode, 10)
	}
	e.close()
}

func (e *encoder) version(name string, v *Version) {
	if v == nil {
		return
	}
	e.open(name)
	e.number("size", v.Size)
	e.text("etag", v.ETag)
	e.time("modified", v.Modified)
	e.close()
}

func (e *encoder) sums(name string, s *Sums) {
	if s == nil {
		return
	}
	e.open(name)
	e.textIfAny("md5", s.MD5)
	e.textIfAny("crc64", s.CRC64)
	e.close()
}

func (e *encoder) headers(name string, headers map[string]string) {
	if len(headers) == 0 {
		return
	}
	e.names = e.names[:0]
	for header := range headers {
		e.names = append(e.names, header)
	}
	slices.Sort(e.names)
	e.open(name)
	for _, header := range e.names {
		e.comma()
		e.quote(header)
		e.line = append(e.line, ':')
		e.quote(headers[header])
	}
	e.close()
}

func (e *encoder) base(name string, b *Base) {
	if b == nil {
		return
	}
	e.open(name)
	e.stat("local", &b.Local)
	e.version("remote", &b.Remote)
	e.sums("sums", &b.Sums)
	e.textIfAny("headers", b.Headers)
	e.flag("owned", b.Owned)
	e.flag("racy", b.Racy)
	e.flag("mount", b.Mount)
	e.flag("denied", b.Denied)
	e.close()
}

func (e *encoder) text(name, value string) {
	e.name(name)
	e.quote(value)
}

func (e *encoder) textIfAny(name, value string) {
	if value != "" {
		e.text(name, value)
	}
}

func (e *encoder) number(name string, n int64) {
	e.name(name)
	e.line = strconv.AppendInt(e.line, n, 10)
}

func (e *encoder) numberIfAny(name string, n int64) {
	if n != 0 {
		e.number(name, n)
	}
}

func (e *encoder) flag(name string, is bool) {
	if is {
		e.name(name)
		e.line = append(e.line, "true"...)
	}
}

func (e *encoder) time(name string, t time.Time) {
	e.name(name)
	line, err := t.AppendText(append(e.line, '"'))
	if err != nil {
		e.err = err
		return
	}
	e.line = append(line, '"')
}

func (e *encoder) open(name string) {
	e.name(name)
	e.line = append(e.line, '{')
}

func (e *encoder) close() { e.line = append(e.line, '}') }

// name begins a member. Names of this package need no escape.
func (e *encoder) name(name string) {
	e.comma()
	e.line = append(e.line, '"')
	e.line = append(e.line, name...)
	e.line = append(e.line, '"', ':')
}

// comma ends the member before, if there is one in this object.
func (e *encoder) comma() {
	if e.line[len(e.line)-1] != '{' {
		e.line = append(e.line, ',')
	}
}

// quote writes s as a JSON string.
func (e *encoder) quote(s string) {
	line := append(e.line, '"')
	from := 0 // of what still has to be written
	for at, c := range s {
		if c >= ' ' && c < '\x7f' && c != '"' && c != '\\' || isIdeograph(c) {
			continue
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		if standsAsIs(c, size) {
			continue
		}
		line = appendEscape(append(line, s[from:at]...), c)
		from = at + size
	}
	e.line = append(append(line, s[from:]...), '"')
}
