package plan

import "fmt"

// Hold tells why all deletes are held, and what to do about that: for content of the
// source that is not moved. name writes a path. Both are "" if Unmoved is 0.
func (s *Summary) Hold(name func(string) string) (why, remedy string) {
	if s.Unmoved == 0 {
		return "", ""
	}
	what, it := name(s.UnmovedAt)+" is", "it"
	if s.Unmoved > 1 {
		what, it = fmt.Sprintf("%s and %d more are", name(s.UnmovedAt), s.Unmoved-1), "each"
	}
	if s.DeleteLocal.Objects > 0 {
		return what + " not fetched", fmt.Sprintf("restore %s if archived, rename %[1]s, or exclude %[1]s", it)
	}
	return what + " not sent", fmt.Sprintf("make %s readable, rename %[1]s, or exclude or allow %[1]s", it)
}
