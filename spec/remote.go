package spec

import (
	"regexp"
	"strings"
)

const (
	urlScheme = "oss://"

	// maxPrefixBytes leaves one byte of the 1,023 that OSS allows for a key.
	maxPrefixBytes = 1022
)

var (
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	plainName  = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)
)

// parseRemote parses "oss://bucket/prefix". The prefix is taken as it stands,
// without percent-decoding, and gets the slash at its end that it may lack.
func parseRemote(url string) (remote, problem) {
	rest, found := strings.CutPrefix(url, urlScheme)
	if !found {
		return remote{}, problem{"no oss:// address", "write oss://bucket/prefix/"}
	}
	bucket, prefix, slash := strings.Cut(rest, "/")
	if !bucketName.MatchString(bucket) {
		return remote{}, problem{"bucket name " + quote(bucket), "3 to 63 lower-case letters, digits and hyphens, no hyphen first or last"}
	}
	if !slash {
		return remote{}, problem{"bucket without a prefix", "write " + urlScheme + bucket + "/ for the whole bucket"}
	}
	if wrong := checkPrefix(prefix); wrong.what != "" {
		return remote{}, wrong
	}
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	return remote{bucket, prefix}, problem{}
}

// parsePath checks the path of a file below the root and below the prefix.
func parsePath(path string) (string, problem) {
	if wrong := checkPrefix(path + "/"); wrong.what != "" || path == "" {
		return "", problem{"path " + quote(path), "a file below the root, as in docs/index.html"}
	}
	return path, problem{}
}

func checkPrefix(prefix string) problem {
	if prefix == "" {
		return problem{}
	}
	prefix = strings.TrimSuffix(prefix, "/")
	if len(prefix)+len("/") > maxPrefixBytes {
		return problem{"prefix of more than 1,022 bytes", "a key has at most 1,023"}
	}
	if strings.HasPrefix(prefix, `\`) {
		return problem{`prefix that begins with "\"`, "OSS allows no such key"}
	}
	for component := range strings.SplitSeq(prefix, "/") {
		switch component {
		case "":
			return problem{"empty path component in the prefix", "one slash between two names"}
		case ".", "..":
			return problem{`"." or ".." in the prefix`, "write the prefix out"}
		case reserved:
			return problem{"prefix below " + reserved, "the name is reserved for osssync itself"}
		}
	}
	return problem{}
}

func parseName(name string) (string, problem) {
	if !plainName.MatchString(name) {
		return "", problem{"name " + quote(name), "1 to 63 of a-z, 0-9, dot, underscore, hyphen; a letter or digit first"}
	}
	return name, problem{}
}

func parsePattern(pattern string) (string, problem) {
	_, wrong := compileGlob(pattern)
	return pattern, wrong
}
