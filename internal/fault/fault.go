// Package fault sorts errors into the kinds that a user can do something about:
// each kind has an exit code, and most errors a hint.
//
// The kinds are those of the command line's exit codes, so that a script, a
// report and a person get the same answer to "what now?".
package fault

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/credential"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/resumable"
)

// Kind is what sort of trouble an error is.
type Kind uint8

// The kinds. Other is the zero value.
const (
	Other       Kind = iota
	Interrupted      // the context was cancelled
	Denied           // credentials are wrong, expired, or lack a right
	Remote           // the service cannot be reached, fails, or talks nonsense
	NoBucket         // the bucket does not exist
	OtherRegion      // the bucket is in another region than the store, or the endpoint is
	Integrity        // bytes were proved wrong
	Disk             // a local disk is full, read-only or broken
	NoAccess         // this user may not read or write a local path
	Moved            // file or object are not what was looked at before
)

// Of returns the kind of err; of several that apply the most specific one.
func Of(err error) Kind {
	var (
		integrity *resumable.IntegrityError
		answer    *oss.ServiceError
	)
	switch {
	case err == nil:
		return Other
	case errors.As(err, &integrity):
		return Integrity
	case isMoved(err):
		return Moved
	case errors.As(err, &answer):
		return ofAnswer(answer)
	case errors.Is(err, credential.ErrNone):
		return Denied
	case errors.As(err, new(*credential.RefusalError)): // for what may pass
		return Remote
	case errors.Is(err, iter.ErrNotListing), errors.Is(err, resumable.ErrNotAnswer):
		return Remote
	case isDisk(err):
		return Disk
	case isTransport(err):
		return Remote
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.Is(err, fs.ErrPermission):
		return NoAccess
	}
	return Other
}

// Stops reports whether an error of one object will meet every other object of
// the run too, so that going on would only repeat it.
func Stops(err error) bool {
	switch Of(err) {
	case Interrupted, Denied, Remote, NoBucket, OtherRegion, Disk:
		return true
	}
	return false
}

func ofAnswer(e *oss.ServiceError) Kind {
	switch {
	case e.Code == "NoSuchBucket":
		return NoBucket
	case isOtherRegion(e):
		return OtherRegion
	case e.Code == "InvalidObjectState", e.Code == "FileImmutable", e.Code == "ObjectNotAppendable":
		return Other
	case e.StatusCode == 401 || e.StatusCode == 403:
		return Denied
	case e.StatusCode == 412:
		return Moved
	case e.StatusCode >= 500 || e.StatusCode == 429 || e.StatusCode == 408, e.StatusCode/100 == 3:
		return Remote
	}
	return Other
}

// isOtherRegion reports what OSS says at an endpoint that is not the bucket's, and
// to signatures of another region. No code of its own stands for either.
func isOtherRegion(e *oss.ServiceError) bool {
	return e.Code == "AccessDenied" && strings.Contains(e.Message, "must be addressed using the specified endpoint") ||
		e.Code == "InvalidArgument" && strings.Contains(e.Message, "signing region")
}

func isMoved(err error) bool {
	for _, moved := range []error{resumable.ErrSourceChanged, resumable.ErrRemoteChanged, localfs.ErrChanged, localfs.ErrRootReplaced} {
		if errors.Is(err, moved) {
			return true
		}
	}
	return false
}

// isTransport reports an error of the connection, which the SDK wraps in its own
// types. What a cancelled context does to a connection is none.
func isTransport(err error) bool {
	var (
		netError net.Error
		urlError *url.Error
	)
	if errors.As(err, &urlError) {
		return !errors.Is(urlError, context.Canceled)
	}
	if errors.As(err, &netError) {
		// Every error number of the system has the methods of a net.Error, those of
		// a local file too. The net package never shows them bare.
		_, local := netError.(syscall.Errno)
		return !local
	}
	return isCertificate(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF)
}

func isCertificate(err error) bool {
	return errors.As(err, new(*tls.CertificateVerificationError))
}

// Hint returns what a user can do about err, in one line, or "".
func Hint(err error) string {
	var hinted interface {
		error
		Hint() string
	}
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	var answer *oss.ServiceError
	if errors.As(err, &answer) && !isOtherRegion(answer) {
		if answer.Code == "RequestTimeTooSkewed" && !answer.Timestamp.IsZero() {
			return fmt.Sprintf("set the clock of this machine: it says %s, that of the service %s", clock(time.Now()), clock(answer.Timestamp))
		}
		if h := answerHints[answer.Code]; h != "" {
			return h
		}
	}
	if errors.Is(err, credential.ErrNone) {
		return "docs/credentials.md has an example of each source; `osssync doctor` says which are configured"
	}
	switch Of(err) {
	case Denied:
		return "check the access key, its rights on the bucket, and the clock of this machine"
	case Remote:
		if errors.Is(err, iter.ErrNotListing) {
			return "is there a proxy or login page between here and the endpoint? A partial listing is never used"
		}
		if isCertificate(err) {
			return "the endpoint's certificate is not one that this machine trusts: check the endpoint, and for a proxy that reads TLS"
		}
		if unknown := (*net.DNSError)(nil); errors.As(err, &unknown) && unknown.IsNotFound {
			return "check the region or endpoint of the store, and the network"
		}
		return "run again when the service can be reached; what was sent so far is not sent again"
	case OtherRegion:
		return "set the region of the store, and its endpoint if it has one, to those of the bucket"
	case Integrity:
		return "the network or a disk altered bytes on the way; nothing wrong was recorded as synced. Run again"
	case Disk:
		return "free space or make the folder writable; no existing file was changed"
	case NoAccess:
		return "the path may not be read or written by this user: check its permissions and those of the folders above it"
	case Moved:
		return "plan again"
	}
	return ""
}

func clock(t time.Time) string { return t.UTC().Format(time.DateTime + " MST") }

var answerHints = map[string]string{
	"NoSuchBucket":          "check the bucket's name and the store's region; osssync never creates a bucket at a service",
	"InvalidAccessKeyId":    "the access key id is none of this service: `osssync doctor` tells where it comes from (OSS_ACCESS_KEY_ID, or the store's credentials)",
	"SignatureDoesNotMatch": "the access key secret does not belong to its id: `osssync doctor` tells where they come from (OSS_ACCESS_KEY_SECRET, or the store's credentials)",
	"InvalidSecurityToken":  "the session token is malformed, or belongs to other keys than those it is sent with",
	"SecurityTokenExpired":  "get fresh temporary credentials and run again; what was sent so far is not sent again",
	"RequestTimeTooSkewed":  "set the clock of this machine",
	"AccessDenied":          "the access key lacks a right on this bucket or object",
}
