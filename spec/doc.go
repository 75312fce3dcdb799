// Package spec reads the wish: a YAML file that says which local tree belongs
// to which prefix of which bucket. It turns the file into a Spec in which
// nothing is left open, or into a list of everything that is wrong with it.
//
//	s, err := spec.Load("osssync.yaml")
//	var problems spec.Errors
//	if errors.As(err, &problems) {
//		for _, p := range problems {
//			fmt.Println(p) // file:line:column: field: what: hint
//		}
//	}
//
// # Strictness
//
// What a spec does not say in so many words is not done, and what it says is
// never skipped. Unknown fields, duplicate keys, a second document, anchors,
// aliases, merge keys and tags are problems. So are values that two readers
// could take for two things: a name that YAML takes for a number, a size in
// "mb", a word that YAML 1.1 takes for a boolean. Nothing is interpolated,
// neither variables nor "~", and no key or password has a place in a spec.
//
// A file is at most 1 MiB, nested at most 32 levels deep, and all its patterns
// have at most 10,000 alternatives, so that the time and the memory for any
// file are bounded.
//
// # Patterns
//
// Include, exclude, order and the rules of headers share one language, that of
// .gitignore with braces and without negation. A pattern is compared with the
// path below the root of the mapping, separated by slashes on every system:
//
//   - "*" and "?" stand for any text and any character of one path component,
//     "[a-z]" and "[^a-z]" for one character, "{a,b}" for either, and "**", as
//     a component of its own, for any number of directories; "\" takes the
//     meaning from the next character.
//   - A pattern without a slash but at its end matches at any depth: "*.map".
//     One with a slash is anchored at the root: "assets/*.map", "/robots.txt".
//   - A pattern that matches a directory matches everything below it:
//     "node_modules", "build/out".
//   - A slash at the end matches directories only: ".git/".
//
// Comparison is by bytes. It takes time proportional to the length of the path
// times that of the pattern, whatever the pattern.
//
// The whole language, with every field, is described in docs/spec.md, and to
// editors by [Schema].
package spec
