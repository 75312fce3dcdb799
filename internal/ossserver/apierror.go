package ossserver

import (
	"encoding/base64"
	"fmt"
	"net/http"
)

// apiError is an answer in OSS's error form. Every error that a handler returns
// and that is not an apiError is answered as InternalError.
type apiError struct {
	status  int
	code    string
	message string
	ec      string      // fine-grained code, empty where we know none
	details []parameter // further elements of the XML, in order
	headers []parameter // further headers of the answer
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// with adds an element to the XML of the error.
func (e *apiError) with(name, value string) *apiError {
	e.details = append(e.details, parameter{name, value})
	return e
}

// withHeader adds a header to the answer.
func (e *apiError) withHeader(name, value string) *apiError {
	e.headers = append(e.headers, parameter{name, value})
	return e
}

func newError(status int, code, message string) *apiError {
	return &apiError{status: status, code: code, message: message, ec: fineCodes(code)}
}

// fineCodes returns the EC that the service gives with a code, for those where
// there is one that does not depend on further circumstances.
func fineCodes(code string) string {
	switch code {
	case "NoSuchBucket":
		return "0015-00000101"
	case "NoSuchKey":
		return "0026-00000001"
	case "BucketNotEmpty":
		return "0015-00000301"
	case "PositionNotEqualToLength":
		return "0026-00000016"
	case "InvalidTargetType":
		return "0026-00000011"
	case "SymlinkTargetNotExist":
		return "0026-00000012"
	case "InvalidAccessKeyId":
		return "0002-00000902"
	case "SignatureDoesNotMatch":
		return "0002-00000040"
	case "RequestTimeTooSkewed":
		return "0002-00000504"
	case "MissingContentLength":
		return "0017-00000101"
	}
	return ""
}

// fineCodeOf returns the EC of a code that tells the operation too.
func fineCodeOf(op Operation, code string) string {
	switch code {
	case "NoSuchUpload":
		switch op {
		case AbortMultipartUpload, ListParts, CompleteMultipartUpload:
			return "0042-00000002"
		case UploadPart:
			return "0042-00000104"
		case UploadPartCopy:
			return "0042-00000311"
		}
	case "FileAlreadyExists":
		if op == CompleteMultipartUpload {
			return "0042-00000214"
		}
	}
	return ""
}

func notImplemented(format string, args ...any) *apiError {
	return newError(http.StatusNotImplemented, "NotImplemented", fmt.Sprintf(format, args...))
}

// headerNotImplemented has status 400, as the service answers it for headers.
func headerNotImplemented(name string) *apiError {
	e := newError(http.StatusBadRequest, "NotImplemented", "A header you provided implies functionality that is not implemented.")
	return e.with("Header", name)
}

func invalidArgument(format string, args ...any) *apiError {
	return newError(http.StatusBadRequest, "InvalidArgument", fmt.Sprintf(format, args...))
}

func invalidRequest(message string) *apiError {
	return newError(http.StatusBadRequest, "InvalidRequest", message)
}

func malformedXML() *apiError {
	return newError(http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema.")
}

func accessDenied(message string) *apiError {
	return newError(http.StatusForbidden, "AccessDenied", message)
}

func serverClosing() *apiError {
	return newError(http.StatusServiceUnavailable, "ServiceUnavailable", "The server is closing.")
}

// writingEnded answers writes after damage, or a commit of which nobody knows
// whether it was made.
func writingEnded() *apiError {
	return newError(http.StatusServiceUnavailable, "ServiceUnavailable", "The server has stopped writing after trouble with its disk, which its log tells, and has to be started again.")
}

func noSuchBucket(name string) *apiError {
	return newError(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist.").with("BucketName", name)
}

func noSuchKey(key string) *apiError {
	return newError(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.").with("Key", key)
}

func noSuchUpload(id string) *apiError {
	e := newError(http.StatusNotFound, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
	return e.with("UploadId", id)
}

func preconditionFailed(condition string) *apiError {
	e := newError(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.")
	return e.with("Condition", condition)
}

func fileAlreadyExists(key string) *apiError {
	return newError(http.StatusConflict, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.").with("Key", key)
}

// writeError answers with an error. HEAD has no body, so there the XML goes
// base64-encoded into the x-oss-err header.
func (c *call) writeError(e *apiError) {
	c.code = e.code
	header := c.Header()
	for _, h := range e.headers {
		header.Set(h.name, h.value)
	}
	if e.status == http.StatusNotModified {
		c.WriteHeader(e.status)
		return
	}
	if e.ec == "" {
		e.ec = fineCodeOf(c.operation, e.code)
	}
	if e.ec != "" {
		header.Set("x-oss-ec", e.ec)
	}
	body := errorXML(e, c.id, c.request.Host)
	if c.request.Method == http.MethodHead {
		header.Set("x-oss-err", base64.StdEncoding.EncodeToString(body))
		c.WriteHeader(e.status)
		return
	}
	c.writeXML(e.status, body)
}

func errorXML(e *apiError, id, host string) []byte {
	w := newDocument()
	w.open("Error")
	w.text("Code", e.code)
	w.text("Message", e.message)
	w.text("RequestId", id)
	w.text("HostId", host)
	for _, d := range e.details {
		w.text(d.name, d.value)
	}
	if e.ec != "" {
		w.text("EC", e.ec)
	}
	w.end("Error")
	return w.bytes()
}
