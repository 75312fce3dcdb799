package spec_test

import (
	"errors"
	"fmt"

	"github.com/osssync/osssync/spec"
)

func ExampleParse() {
	s, err := spec.Parse("osssync.yaml", "/srv/site", []byte(`
version: 1
stores:
  prod: {region: cn-hangzhou}
mappings:
  - name: site
    local: public
    to: oss://my-site/www/
    exclude: ["*.map", ".git/"]
    order: ["**", "*.html"]
    headers:
      - match: "*.html"
        set: {Cache-Control: no-cache}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	site, _ := s.Mapping("site")
	fmt.Println(site.Direction, site.Root, site.URL(), "in", site.Store)
	for _, path := range []string{"index.html", "assets/app.js", "assets/app.js.map"} {
		if !site.Match(path) {
			fmt.Println(path, "is left alone")
			continue
		}
		headers := site.HeadersFor(path)
		fmt.Printf("%s in phase %d as %s, %q\n", path, site.Phase(path), headers["Content-Type"], headers["Cache-Control"])
	}
	fmt.Println("walk .git:", site.MatchDir(".git"))
	// Output:
	// push /srv/site/public oss://my-site/www/ in prod
	// index.html in phase 1 as text/html, "no-cache"
	// assets/app.js in phase 0 as text/javascript, ""
	// assets/app.js.map is left alone
	// walk .git: false
}

func ExampleErrors() {
	_, err := spec.Parse("osssync.yaml", "/srv/site", []byte(`
version: 1
stores:
  prod: {region: cn-hangzhou, secret: hunter2}
mappings:
  - name: site
    local: public
    to: oss://my-site/www/
    prune: no
    exlude: [".git/"]
`))
	fmt.Println(err)
	var first *spec.FieldError
	if errors.As(err, &first) {
		fmt.Println("begin in line", first.Line)
	}
	// Output:
	// osssync.yaml:4:31: stores.prod.secret: unknown field: keys never stand in a spec; credentials names where they come from
	// osssync.yaml:9:12: mappings[0].prune: unknown word "no": one of never, managed, all
	// osssync.yaml:10:5: mappings[0].exlude: unknown field: did you mean "exclude"?
	// begin in line 4
}
