package ossserver

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// postObject stores the file of an HTML form. Its fields say who sends it and what
// PutObject is told by headers; a signature in the header or the query of the
// request means nothing here.
func (s *Server) postObject(c *call) error {
	f, file, err := c.readForm()
	if err != nil {
		return err
	}
	if f["key"] == "" {
		return invalidArgument("Bucket POST must contain a field named 'key'. If it is specified, please check the order of the fields.")
	}
	c.key = strings.ReplaceAll(f["key"], "${filename}", file.FileName())
	if err := checkKey(c.key); err != nil {
		return err
	}
	f["key"], f["bucket"] = c.key, c.bucket
	policy, err := s.admitForm(c, f)
	if err != nil {
		return s.orNoSuchBucket(c, err)
	}
	header, err := f.header(file)
	if err != nil {
		return err
	}
	if err := (rule{operation: PostObject, encrypts: true}).checkHeaders(header); err != nil {
		return err
	}
	o, forbid, err := s.newObject(c.bucket, header)
	if err != nil {
		return err
	}
	body, err := s.receiveFile(c, file, policy)
	if err != nil {
		return err
	}
	if err := s.storeBody(c, o, body, forbid); err != nil {
		return err
	}
	return s.tellPosted(c, f, o)
}

// admitForm judges who sends a form, and what its policy lets him do.
func (s *Server) admitForm(c *call, f form) (*postPolicy, error) {
	if !f.isSigned() {
		if f["x-oss-object-acl"] != "" {
			return nil, anonymousDenied()
		}
		return &postPolicy{most: maxPutSize}, s.admitEverybody(c.target, writers)
	}
	cl, err := s.claimOfForm(f)
	if err != nil {
		return nil, err
	}
	if err := s.verify(cl); err != nil {
		return nil, err
	}
	policy, err := parsePostPolicy(f["policy"])
	if err != nil {
		return nil, err
	}
	return policy, policy.check(f, s.now())
}

// claimOfForm reads the signature of a form, which is over its policy as sent.
func (s *Server) claimOfForm(f form) (*claim, error) {
	needs := []string{"policy", "OSSAccessKeyId", "Signature"}
	v4 := f["x-oss-signature-version"] != ""
	if v4 {
		needs = []string{"policy", "x-oss-credential", "x-oss-date", "x-oss-signature"}
	}
	for _, name := range needs {
		if f[strings.ToLower(name)] == "" {
			return nil, invalidArgument("Bucket POST must contain a field named '%s'.", name)
		}
	}
	cl := &claim{token: f["x-oss-security-token"], stringToSign: f["policy"]}
	if v4 {
		return cl, s.claimFormV4(cl, f)
	}
	cl.accessKeyID, cl.signature = f["ossaccesskeyid"], f["signature"]
	cl.sign = func(secret string) string {
		h := hmac.New(sha1.New, []byte(secret))
		h.Write([]byte(cl.stringToSign))
		return base64.StdEncoding.EncodeToString(h.Sum(nil))
	}
	return cl, nil
}

func (s *Server) claimFormV4(cl *claim, f form) error {
	if v := f["x-oss-signature-version"]; v != algorithmV4 {
		return invalidArgument("The x-oss-signature-version %q is not valid.", v)
	}
	var sig signatureV4
	if err := sig.setCredential(f["x-oss-credential"]); err != nil {
		return err
	}
	stamp := f["x-oss-date"]
	signed, err := time.Parse(timeV4, stamp)
	if err != nil {
		return invalidArgument("The x-oss-date %q is not valid.", stamp)
	}
	if err := s.checkScope(sig, stamp); err != nil {
		return err
	}
	if signed.Sub(s.now()) > maxSkew {
		return s.checkSkew(signed)
	}
	cl.accessKeyID, cl.signature = sig.accessKeyID, f["x-oss-signature"]
	cl.sign = func(secret string) string { return sig.sign(secret, cl.stringToSign) }
	return nil
}

// receiveFile stages the file of a form, no more of it than the policy lets in.
func (s *Server) receiveFile(c *call, file *multipart.Part, policy *postPolicy) (*staged, error) {
	body, err := s.store.stage(io.LimitReader(file, policy.most+1), -1, inlineLimit)
	if err != nil {
		return nil, c.formError(err)
	}
	if err := policy.checkSize(body.size); err != nil {
		s.store.discard(body)
		return nil, err
	}
	return body, nil
}

// tellPosted answers as the form asks: by sending the browser on, or with status
// 200, 201 or else 204.
func (s *Server) tellPosted(c *call, f form, o *objectRecord) error {
	next, err := url.Parse(f["success_action_redirect"])
	switch {
	case err == nil && (next.Scheme == "http" || next.Scheme == "https") && next.Host != "":
		told := next.Query()
		told.Set("bucket", c.bucket)
		told.Set("key", c.key)
		told.Set("etag", quote(o.etag))
		next.RawQuery = told.Encode()
		c.Header().Set("Location", next.String())
		c.writeEmpty(http.StatusSeeOther)
	case f["success_action_status"] == "200":
		c.writeEmpty(http.StatusOK)
	case f["success_action_status"] == "201":
		path := strings.TrimSuffix(rawPath(c.request), "/") + "/"
		location := "http://" + c.request.Host + path + escapeName(c.key, true)
		c.Header().Set("Location", location)
		w := newDocument()
		w.open("PostResponse")
		w.text("Bucket", c.bucket)
		w.text("ETag", quote(o.etag))
		w.text("Key", c.key)
		w.text("Location", location)
		w.end("PostResponse")
		c.writeXML(http.StatusCreated, w.bytes())
	default:
		c.writeEmpty(http.StatusNoContent)
	}
	return nil
}
