package eyes

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"

	"github.com/osssync/osssync/internal/ui"
)

//go:embed page
var files embed.FS

// page is the one page: a document that holds its style and its script, which are
// named by their hashes in its policy, so that nothing else takes effect.
type page struct {
	document *template.Template
	style    template.CSS
	script   template.JS
	policy   string
}

func newPage() (*page, error) {
	p := &page{}
	style, err := files.ReadFile("page/style.css")
	if err != nil {
		return nil, err
	}
	script, err := files.ReadFile("page/page.js")
	if err != nil {
		return nil, err
	}
	p.style, p.script = template.CSS(style), template.JS(script)
	p.policy = fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; connect-src 'self'; img-src data:; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", hashed(style), hashed(script))
	p.document, err = template.New("").Funcs(template.FuncMap{"bytes": ui.Bytes}).ParseFS(files, "page/index.html")
	return p, err
}

// hashed names a text as a content security policy does.
func hashed(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// whole renders the document.
func (p *page) whole(v *view) ([]byte, error) {
	var b bytes.Buffer
	err := p.document.ExecuteTemplate(&b, "index.html", struct {
		Style  template.CSS
		Script template.JS
		View   *view
	}{p.style, p.script, v})
	return b.Bytes(), err
}

// part renders what changes of it.
func (p *page) part(v *view) ([]byte, error) {
	var b bytes.Buffer
	err := p.document.ExecuteTemplate(&b, "part", v)
	return b.Bytes(), err
}

// show answers with the document.
func (s *Server) show(w http.ResponseWriter, _ *http.Request) {
	body, err := s.page.whole(s.see())
	if err != nil {
		answer(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Security-Policy", s.page.policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(body) // a client that is gone needs no answer
}
