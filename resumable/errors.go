package resumable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/iter"
)

// Errors of a transfer, for errors.Is. Where the service spoke, the chain also
// holds its *oss.ServiceError.
var (
	// ErrNotFound is a missing object, bucket or upload. It is the same value
	// as iter.ErrNotFound.
	ErrNotFound = iter.ErrNotFound

	// ErrSourceChanged is a local file that is not, or no longer, what it was
	// when the transfer began or when the caller saw it.
	ErrSourceChanged = errors.New("source changed")

	// ErrRemoteChanged is an object replaced since the download began, or one
	// that is not what the caller expects. A new call starts over.
	ErrRemoteChanged = errors.New("object changed")

	// ErrNotAnswer is an answer of success that lacks what it must tell, such as
	// the page of a proxy. It proves nothing.
	ErrNotAnswer = errors.New("not an answer of the service")

	// ErrArchived is an object of an archive class that was not restored.
	ErrArchived = errors.New("object archived")

	// ErrTooLarge is a file beyond what the service stores in one object, or
	// beyond 5 GiB where only one PutObject is possible.
	ErrTooLarge = errors.New("file too large")

	// ErrNewer is a record that a newer version of this package left. It is not
	// used, not replaced and not removed; nothing was changed.
	ErrNewer = errors.New("written by a newer version")

	// ErrInvalid is a key, name or option that cannot be used. No request was
	// sent.
	ErrInvalid = errors.New("invalid argument")
)

// IntegrityError reports bytes that were proved wrong: a checksum of the
// service differs from that of the bytes sent or received.
type IntegrityError struct {
	Object    string // "oss://bucket/key", with the part where it is one
	Check     string // what was compared: "CRC-64", "ETag", "MD5" or "size"
	Local     string // value of our bytes
	Remote    string // value the service gave
	RequestID string // of the answer with Remote; may be empty
}

func (e *IntegrityError) Error() string {
	return fmt.Sprintf("%s mismatch of %q: local %s, remote %s (request %q)", e.Check, e.Object, e.Local, e.Remote, e.RequestID)
}

// refusal is an answer of the service that is no success, in one line and
// with the sentinel it amounts to.
type refusal struct {
	kind   error // nil when there is none
	answer *oss.ServiceError
	cause  error
}

func (e *refusal) Error() string {
	code := e.answer.Code
	if !isWord(code) {
		code = fmt.Sprintf("%.64q", code)
	}
	return fmt.Sprintf("%s (status %d, request %.64q): %.256q", code, e.answer.StatusCode, e.answer.RequestID, e.answer.Message)
}

// isWord reports whether an error code is of the form that all of the service have.
func isWord(code string) bool {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.'
	}
	return code != "" && len(code) <= 64 && !strings.ContainsFunc(code, odd)
}

func (e *refusal) Unwrap() []error {
	if e.kind == nil {
		return []error{e.cause}
	}
	return []error{e.kind, e.cause}
}

// remote gives an error of an SDK call the sentinels of this package. HEAD
// answers have no body, so a bare status has to do where the code is missing.
func remote(err error) error {
	var answer *oss.ServiceError
	if !errors.As(err, &answer) {
		return err
	}
	return &refusal{kind: kindOf(answer), answer: answer, cause: err}
}

func kindOf(answer *oss.ServiceError) error {
	switch {
	case answer.Code == "InvalidObjectState":
		return ErrArchived
	case answer.Code == "FileAlreadyExists":
		return fs.ErrExist
	case answer.StatusCode == http.StatusNotFound:
		return ErrNotFound
	case answer.StatusCode == http.StatusPreconditionFailed:
		return ErrRemoteChanged
	}
	return nil
}

// hasCode tells whether the service answered with the given code.
func hasCode(err error, code string) bool {
	var answer *oss.ServiceError
	return errors.As(err, &answer) && answer.Code == code
}

// doubtful tells whether a request that ended with err may have taken effect
// all the same: no answer, or one that says nothing about that.
func doubtful(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() == nil && undecided(err)
}

// undecided tells whether a failure leaves open what became of its request.
func undecided(err error) bool {
	var answer *oss.ServiceError
	if errors.As(err, &answer) {
		return answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests ||
			answer.StatusCode == http.StatusRequestTimeout || answer.Code == "NoSuchUpload"
	}
	return true
}

// besides adds what else went wrong to an error, in one line; either may be nil.
func besides(err error, what string, other error) error {
	switch {
	case other == nil:
		return err
	case err == nil:
		return fmt.Errorf("%s: %w", what, other)
	}
	return fmt.Errorf("%w (%s: %w)", err, what, other)
}
