package iter

import (
	"fmt"
	"strings"
)

// verifyBucket wants the answer to be about bucket.
func verifyBucket(a *answer, bucket string) error {
	if name := a.text(&a.head, headBucket); string(name) != bucket {
		return fmt.Errorf("it is of bucket %.64q", name)
	}
	return nil
}

// verifyPrefix wants the answer to be about prefix. Where there is none the service may leave the element out.
func verifyPrefix(a *answer, prefix string) error {
	if !a.echoes(headPrefix, prefix) {
		return fmt.Errorf("it is of prefix %.256q", a.text(&a.head, headPrefix))
	}
	return nil
}

func verifyBucketAndPrefix(bucket, prefix string) func(*answer) error {
	return func(a *answer) error {
		if err := verifyBucket(a, bucket); err != nil {
			return err
		}
		return verifyPrefix(a, prefix)
	}
}

// echoes tells whether the head repeats want in a slot. Services differ in whether they encode what they repeat, so
// either will do; what the entries are called is checked one by one anyhow.
func (a *answer) echoes(s slot, want string) bool {
	if string(a.text(&a.head, s)) == want {
		return true
	}
	decoded, err := a.appendName(nil, &a.head, s)
	return err == nil && string(decoded) == want
}

// commonPrefix is the name of a common prefix, which has to be one for the given prefix and delimiter.
func commonPrefix(a *answer, r *row, prefix, delimiter string) (string, error) {
	name, err := a.appendName(nil, r, prefixName)
	if err != nil {
		return "", err
	}
	rest := strings.TrimPrefix(string(name), prefix)
	if delimiter == "" || !strings.HasSuffix(rest, delimiter) {
		return "", fmt.Errorf("common prefix %.256q with delimiter %.64q", name, delimiter)
	}
	return string(name), nil
}
