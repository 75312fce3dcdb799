package plan

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// scanner takes a line apart whose members stand in the order in which encoder
// writes them. It takes a member that is not there for zero and need not be strict
// in any other way: what it found is encoded again and compared with the line.
type scanner struct {
	line string // the texts of a row are parts of it
	at   int    // how far it is taken
	bad  bool   // encoder did not write this line
}

// scan returns the row that line holds, and whether it could take it apart.
func scan(line []byte) (w wire, ok bool) {
	s := scanner{line: string(line)}
	s.take('{')
	w = s.row()
	s.take('}')
	return w, !s.bad && s.at == len(s.line)
}

// row takes the members in the order of wire, which is that of [encoder.row].
func (s *scanner) row() wire {
	return wire{
		Op:           op(s.text("op")),
		Path:         s.text("path"),
		PathBase64:   s.base64("path_base64"),
		Reason:       Reason(s.text("reason")),
		Detail:       s.text("detail"),
		Local:        s.stat("local"),
		Remote:       s.version("remote"),
		BeforeLocal:  s.stat("before_local"),
		BeforeRemote: s.version("before_remote"),
		Headers:      s.headers("headers"),
		Phase:        int(s.number("phase")),
		Requests:     s.number("requests"),
		Sums:         s.sums("sums"),
		Owned:        s.flag("owned"),
		Preserve:     s.flag("preserve"),
		Due:          s.flag("due"),
		Racy:         s.flag("racy"),
		HeldFor:      s.text("held_for"),
		UploadID:     s.text("upload_id"),
		Started:      s.time("started"),
		Parts:        int(s.number("parts")),
		Bytes:        s.number("bytes"),
		Base:         s.base("base"),
	}
}

func (s *scanner) stat(name string) *Stat {
	if !s.object(name) {
		return nil
	}
	stat := s.statFields()
	return &stat
}

func (s *scanner) statFields() Stat {
	stat := Stat{Size: s.number("size"), MtimeNs: s.number("mtime_ns"), CtimeNs: s.number("ctime_ns"), Inode: s.unsigned("inode")}
	s.take('}')
	return stat
}

func (s *scanner) version(name string) *Version {
	if !s.object(name) {
		return nil
	}
	version := s.versionFields()
	return &version
}

func (s *scanner) versionFields() Version {
	version := Version{Size: s.number("size"), ETag: s.text("etag")}
	if s.name("modified") {
		version.Modified = s.instant()
	}
	s.take('}')
	return version
}

func (s *scanner) sums(name string) *Sums {
	if !s.object(name) {
		return nil
	}
	sums := s.sumsFields()
	return &sums
}

func (s *scanner) sumsFields() Sums {
	sums := Sums{MD5: s.text("md5"), CRC64: s.text("crc64")}
	s.take('}')
	return sums
}

func (s *scanner) headers(name string) map[string]string {
	if !s.object(name) {
		return nil
	}
	headers := map[string]string{}
	for !s.bad && !s.next('}') {
		if len(headers) > 0 {
			s.take(',')
		}
		header := s.literal()
		s.take(':')
		headers[header] = s.literal()
	}
	s.take('}')
	return headers
}

func (s *scanner) base(name string) *Base {
	if !s.object(name) {
		return nil
	}
	base := &Base{}
	if s.object("local") {
		base.Local = s.statFields()
	}
	if s.object("remote") {
		base.Remote = s.versionFields()
	}
	if s.object("sums") {
		base.Sums = s.sumsFields()
	}
	base.Headers, base.Owned, base.Racy = s.text("headers"), s.flag("owned"), s.flag("racy")
	base.Mount, base.Denied = s.flag("mount"), s.flag("denied")
	s.take('}')
	return base
}

func (s *scanner) text(name string) string {
	if !s.name(name) {
		return ""
	}
	return s.literal()
}

func (s *scanner) base64(name string) []byte {
	if !s.name(name) {
		return nil
	}
	data, err := base64.StdEncoding.DecodeString(s.literal())
	s.bad = s.bad || err != nil
	return data
}

func (s *scanner) number(name string) int64 {
	if !s.name(name) {
		return 0
	}
	n, err := strconv.ParseInt(s.digits(), 10, 64)
	s.bad = s.bad || err != nil
	return n
}

func (s *scanner) unsigned(name string) uint64 {
	if !s.name(name) {
		return 0
	}
	n, err := strconv.ParseUint(s.digits(), 10, 64)
	s.bad = s.bad || err != nil
	return n
}

func (s *scanner) flag(name string) bool {
	if !s.name(name) {
		return false
	}
	is := strings.HasPrefix(s.line[s.at:], "true")
	s.at += len("true")
	s.bad = s.bad || !is
	return is
}

func (s *scanner) time(name string) *time.Time {
	if !s.name(name) {
		return nil
	}
	t := s.instant()
	return &t
}

func (s *scanner) instant() time.Time {
	t, err := time.Parse(time.RFC3339, s.literal())
	s.bad = s.bad || err != nil
	return t
}

func (s *scanner) object(name string) bool {
	if !s.name(name) {
		return false
	}
	s.take('{')
	return true
}

// name takes the name of a member if it comes next.
func (s *scanner) name(name string) bool {
	begin := s.at
	if s.next(',') {
		begin++
	}
	end := begin + len(`"`) + len(name) + len(`":`)
	if s.bad || end > len(s.line) || s.line[begin+1] != name[0] { // most names are not there
		return false
	}
	if s.line[begin] != '"' || s.line[begin+1:end-2] != name || s.line[end-2:end] != `":` {
		return false
	}
	s.at = end
	return true
}

func (s *scanner) next(c byte) bool { return s.at < len(s.line) && s.line[s.at] == c }

func (s *scanner) take(c byte) {
	s.bad = s.bad || !s.next(c)
	s.at++
}

func (s *scanner) digits() string {
	begin := s.at
	for s.at < len(s.line) && (s.line[s.at] == '-' || s.line[s.at] >= '0' && s.line[s.at] <= '9') {
		s.at++
	}
	return s.line[begin:s.at]
}

// literal takes a JSON string.
func (s *scanner) literal() string {
	s.take('"')
	if s.bad {
		return ""
	}
	rest := s.line[s.at:]
	end := strings.IndexByte(rest, '"')
	if end < 0 {
		s.bad = true
		return ""
	}
	if strings.IndexByte(rest[:end], '\\') >= 0 {
		return s.escaped()
	}
	s.at += end + 1
	return rest[:end]
}

// escaped takes what is left of a JSON string with escapes.
func (s *scanner) escaped() string {
	begin := s.at - 1
	for s.at < len(s.line) && !s.next('"') {
		if s.next('\\') {
			s.at++ // of what follows, a quote ends nothing
		}
		s.at++
	}
	s.take('"')
	if s.bad {
		return ""
	}
	var text string
	s.bad = json.Unmarshal([]byte(s.line[begin:s.at]), &text) != nil
	return text
}
