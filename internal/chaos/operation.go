package chaos

import (
	"net/http"
	"strings"

	"github.com/osssync/osssync/internal/ossserver"
)

// dialing stands for making a connection where a fault names an operation.
const dialing ossserver.Operation = "Dial"

// operations are those that runs send, and dialing.
var operations = []ossserver.Operation{
	dialing, ossserver.ListObjects, ossserver.ListMultipartUploads, ossserver.ListParts, ossserver.HeadObject, ossserver.GetObject,
	ossserver.PutObject, ossserver.CopyObject, ossserver.DeleteObject, ossserver.DeleteMultipleObjects,
	ossserver.InitiateMultipartUpload, ossserver.UploadPart, ossserver.CompleteMultipartUpload, ossserver.AbortMultipartUpload,
}

// operationOf tells what a request in path style asks for, without the server's
// help: it may never see the request. "" is none of the operations of runs.
func operationOf(r *http.Request) ossserver.Operation {
	_, key, object := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	if !object || key == "" {
		switch {
		case r.Method == http.MethodPost && query.Has("delete"):
			return ossserver.DeleteMultipleObjects
		case r.Method != http.MethodGet:
			return ""
		case query.Has("uploads"):
			return ossserver.ListMultipartUploads
		}
		return ossserver.ListObjects
	}
	upload := query.Has("uploadId")
	switch r.Method {
	case http.MethodHead:
		return ossserver.HeadObject
	case http.MethodGet:
		if upload {
			return ossserver.ListParts
		}
		return ossserver.GetObject
	case http.MethodDelete:
		if upload {
			return ossserver.AbortMultipartUpload
		}
		return ossserver.DeleteObject
	case http.MethodPost:
		if query.Has("uploads") {
			return ossserver.InitiateMultipartUpload
		}
		return ossserver.CompleteMultipartUpload
	case http.MethodPut:
		switch {
		case upload:
			return ossserver.UploadPart
		case r.Header.Get("X-Oss-Copy-Source") != "":
			return ossserver.CopyObject
		}
		return ossserver.PutObject
	}
	return ""
}

// sends reports whether requests of op carry content.
func sends(op ossserver.Operation) bool {
	return op == ossserver.PutObject || op == ossserver.UploadPart
}

// commits reports whether op changes something at the service.
func commits(op ossserver.Operation) bool {
	switch op {
	case dialing, ossserver.ListObjects, ossserver.ListMultipartUploads, ossserver.ListParts, ossserver.HeadObject, ossserver.GetObject:
		return false
	}
	return true
}

// answers reports whether the answer to op has a body when all goes well.
func answers(op ossserver.Operation) bool {
	switch op {
	case ossserver.ListObjects, ossserver.ListMultipartUploads, ossserver.ListParts, ossserver.GetObject,
		ossserver.CopyObject, ossserver.InitiateMultipartUpload, ossserver.CompleteMultipartUpload:
		return true
	}
	return false
}
