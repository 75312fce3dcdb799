package ossserver

import (
	"strings"

	bolt "go.etcd.io/bbolt"
)

// tagFilter is the tag that ListBuckets asks for. The zero value is none.
type tagFilter struct {
	key      string
	value    string
	anyValue bool
}

// parseTagFilter reads tag-key and tag-value, or tagging: "key":"value".
func parseTagFilter(q query) (tagFilter, error) {
	f := tagFilter{key: q.get("tag-key"), value: q.get("tag-value")}
	f.anyValue = f.value == ""
	if f.key == "" && f.value != "" {
		return f, invalidArgument("The tag-value needs a tag-key.")
	}
	v := q.get("tagging")
	if v == "" {
		return f, nil
	}
	key, value, ok := strings.Cut(v, ":")
	if !ok || !isQuoted(key) || !isQuoted(value) || f.key != "" {
		return f, invalidArgument("The tagging %q is not valid.", v)
	}
	return tagFilter{key: strings.Trim(key, `"`), value: strings.Trim(value, `"`)}, nil
}

func isQuoted(s string) bool {
	return len(s) >= 2 && strings.HasPrefix(s, `"`) && strings.HasSuffix(s, `"`)
}

// matches reports whether a bucket has the tag.
func (f tagFilter) matches(b *bolt.Bucket) bool {
	if f.key == "" {
		return true
	}
	tags, err := parseTagging(b.Bucket(inConfigs).Get([]byte("tagging")), maxBucketTags)
	if err != nil {
		return false // no tags
	}
	for _, t := range tags {
		if t.Key == f.key && (f.anyValue || t.Value == f.value) {
			return true
		}
	}
	return false
}

// taggedBuckets is a cursor over the buckets that have a tag.
type taggedBuckets struct {
	*bolt.Cursor
	root   *bolt.Bucket
	wanted tagFilter
}

// Seek goes to the first bucket that has the tag, at or behind a name.
func (t *taggedBuckets) Seek(at []byte) (key, value []byte) {
	return t.skip(t.Cursor.Seek(at))
}

// Next goes to the next bucket that has the tag.
func (t *taggedBuckets) Next() (key, value []byte) {
	return t.skip(t.Cursor.Next())
}

func (t *taggedBuckets) skip(key, value []byte) ([]byte, []byte) {
	for key != nil && !t.wanted.matches(t.root.Bucket(key)) {
		key, value = t.Cursor.Next()
	}
	return key, value
}
