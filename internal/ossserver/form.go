package ossserver

import (
	"errors"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// maxForm bounds what a form has before its file, names and boundaries included.
const maxForm = 64 << 10

// form is what the fields of a form upload say, by lower-case name, but for the
// file.
type form map[string]string

// errFormTooLarge is returned by formReader for a form over maxForm.
var errFormTooLarge = errors.New("form over the size limit")

// formReader reads the body of a form upload, of what comes before the file at
// most maxForm bytes.
type formReader struct {
	*call
	read   int
	inFile bool
}

func (r *formReader) Read(p []byte) (int, error) {
	if r.inFile {
		return r.call.Read(p)
	}
	if r.read >= maxForm {
		return 0, errFormTooLarge
	}
	n, err := r.call.Read(p[:min(len(p), maxForm-r.read)])
	r.read += n
	return n, err
}

// readForm reads a form up to its file, which has to come last.
func (c *call) readForm() (form, *multipart.Part, error) {
	if err := c.checkLength(); err != nil {
		return nil, nil, err
	}
	mediaType, parameters, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" {
		return nil, nil, newError(http.StatusBadRequest, "RequestIsNotMultiPartContent", "Bucket POST must be of the enclosure-type multipart/form-data.")
	}
	if parameters["boundary"] == "" {
		return nil, nil, malformedForm()
	}
	body := &formReader{call: c}
	parts := multipart.NewReader(body, parameters["boundary"])
	f := make(form)
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil, nil, newError(http.StatusBadRequest, "IncorrectNumberOfFilesInPOSTRequest", "POST requires exactly one file upload per request.")
		}
		if err != nil {
			return nil, nil, c.formError(err)
		}
		name := strings.ToLower(part.FormName())
		if name == "file" {
			body.inFile = true
			return f, part, nil
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, c.formError(err)
		}
		if _, twice := f[name]; twice || name == "" {
			return nil, nil, malformedForm()
		}
		f[name] = string(value)
	}
}

// formError tells a form that is none from trouble on the way and on our side. The
// package for multipart bodies has no names for its errors.
func (c *call) formError(err error) error {
	if timeout := requestTimeout(err); timeout != nil {
		return timeout
	}
	switch {
	case errors.As(err, new(*fs.PathError)):
		return err // of our disk
	case errors.Is(err, errFormTooLarge):
		return newError(http.StatusBadRequest, "FieldItemTooLong", "The form fields before the file are too long.")
	case errors.Is(err, errTooLarge):
		return entityTooLarge(c.received)
	}
	return malformedForm()
}

func malformedForm() *apiError {
	return newError(http.StatusBadRequest, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
}

// header returns the fields as the headers that a PutObject would have. The
// content type of the field made for it goes before that of the file, and that
// before the field that is named like the header.
func (f form) header(file *multipart.Part) (http.Header, error) {
	header := make(http.Header)
	for name, value := range f {
		canonical := http.CanonicalHeaderKey(name)
		if !strings.HasPrefix(name, ossPrefix) && !slices.Contains(standardHeaders(), canonical) {
			continue
		}
		if !isHeaderValue(value) {
			return nil, invalidArgument("The form field %q is not valid.", name)
		}
		header.Set(canonical, value)
	}
	if v := file.Header.Get("Content-Type"); v != "" && isHeaderValue(v) {
		header.Set("Content-Type", v)
	}
	if v := header.Get("X-Oss-Content-Type"); v != "" {
		header.Set("Content-Type", v)
	}
	return header, nil
}

// isSigned reports whether a form claims to come from somebody with a key.
func (f form) isSigned() bool {
	for _, name := range []string{"policy", "signature", "ossaccesskeyid", "x-oss-signature", "x-oss-credential"} {
		if _, ok := f[name]; ok {
			return true
		}
	}
	return false
}
