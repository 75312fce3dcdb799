package ossserver

import (
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// tagFilter is what ListBuckets asks for: all of some tags. The zero value is none.
type tagFilter struct {
	tags     []tag
	anyValue bool // of the only tag
}

// parseTagFilter reads tag-key and tag-value, or tagging: "key":"value", several
// of them with commas between.
func parseTagFilter(q query) (tagFilter, error) {
	var f tagFilter
	if key, value := q.get("tag-key"), q.get("tag-value"); key != "" {
		f = tagFilter{tags: []tag{{key, value}}, anyValue: value == ""}
	} else if value != "" {
		return f, invalidArgument("The tag-value needs a tag-key.")
	}
	v := q.get("tagging")
	if v == "" {
		return f, nil
	}
	if f.tags != nil {
		return f, invalidArgument("The tagging %q is not valid beside a tag-key.", v)
	}
	for pair := range strings.SplitSeq(v, ",") {
		key, value, ok := strings.Cut(pair, ":")
		if !ok || !isQuoted(key) || !isQuoted(value) || len(f.tags) == maxBucketTags {
			return f, invalidArgument("The tagging %q is not valid.", v)
		}
		f.tags = append(f.tags, tag{strings.Trim(key, `"`), strings.Trim(value, `"`)})
	}
	return f, nil
}

func isQuoted(s string) bool {
	return len(s) >= 2 && strings.HasPrefix(s, `"`) && strings.HasSuffix(s, `"`)
}

// tagsOf returns the tags of a bucket.
func tagsOf(b *bolt.Bucket) []tag {
	tags, err := parseBucketTags(b.Bucket(inConfigs).Get([]byte("tagging")))
	if err != nil {
		return nil // the bucket has no such document
	}
	return tags
}

// matches reports whether a bucket has the tags.
func (f tagFilter) matches(b *bolt.Bucket) bool {
	if f.tags == nil {
		return true
	}
	tags := tagsOf(b)
	for _, want := range f.tags {
		if !slices.ContainsFunc(tags, func(t tag) bool { return t.Key == want.Key && (f.anyValue || t.Value == want.Value) }) {
			return false
		}
	}
	return true
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
