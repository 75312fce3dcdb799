package ossclient

import (
	"fmt"
	"net/http"
)

// requestID is on every answer of OSS.
const requestID = "X-Oss-Request-Id"

// ForeignAnswerError is an answer that OSS did not give: the page of a proxy or a
// login, which may well have status 200. It proves nothing about any object.
type ForeignAnswerError struct {
	Status int
	Type   string // Content-Type; may be empty
}

func (e *ForeignAnswerError) Error() string {
	return fmt.Sprintf("answer of status %d and type %q is not from OSS: no x-oss-request-id", e.Status, e.Type)
}

// Hint says what a user can do.
func (e *ForeignAnswerError) Hint() string {
	return "is there a proxy or login page between here and the endpoint? Its answers are never taken for the service's"
}

// foreign returns the error for an answer that is not from OSS. Trouble that a
// gateway in front of the service tells for it, by 408, 429 or 5xx, is retried like
// the service's own.
func foreign(answer *http.Response) error {
	status := answer.StatusCode
	if answer.Header.Get(requestID) != "" || status >= 500 || throttled(status) || status == http.StatusRequestTimeout {
		return nil
	}
	return &ForeignAnswerError{Status: status, Type: answer.Header.Get("Content-Type")}
}
