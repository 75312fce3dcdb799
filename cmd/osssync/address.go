package main

import (
	"errors"
	"fmt"
	"strings"
)

// address is where on a service something is: a bucket and what its keys begin
// with, or one key.
type address struct{ bucket, key string }

func (a address) String() string { return "oss://" + a.bucket + "/" + a.key }

// isPrefix reports whether a means all below it, not one object.
func (a address) isPrefix() bool { return a.key == "" || strings.HasSuffix(a.key, "/") }

// parseAddress reads oss://bucket[/key]. The key is taken as it stands; it may be
// that of an object or what keys begin with.
func parseAddress(text string) (address, error) {
	rest, ok := strings.CutPrefix(text, "oss://")
	bucket, key, _ := strings.Cut(rest, "/")
	if !ok || bucket == "" {
		return address{}, &usageError{err: fmt.Errorf("address %q", text), hint: "write oss://bucket/prefix/ or oss://bucket/key"}
	}
	return address{bucket, key}, nil
}

// parseObject reads the address of one object. If it names a prefix, the object
// is the one called base below it.
func parseObject(text, base string) (address, error) {
	a, err := parseAddress(text)
	if err != nil {
		return a, err
	}
	if a.isPrefix() {
		a.key += base
	}
	if a.isPrefix() {
		return a, &usageError{err: errors.New("no key in " + a.String()), hint: "write oss://bucket/key"}
	}
	return a, a.checkKey()
}

// checkKey refuses the key of an object that no request can name: clients and
// proxies resolve such components in the path of a URL.
func (a address) checkKey() error {
	for component := range strings.SplitSeq(a.key, "/") {
		if component == "." || component == ".." {
			return &usageError{
				err:  fmt.Errorf("key %q has the component %q", a.key, component),
				hint: "in a request that would become another key: write the key without . and .. between its slashes",
			}
		}
	}
	return nil
}
