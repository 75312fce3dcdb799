// Package policy holds specs to an allow list that their authors cannot change.
//
// Whoever can edit a spec, as in a pull request, can point it at other buckets,
// folders and endpoints than the keys of the runner were meant for. A policy is a
// file outside their reach that says what a spec may name at all:
//
//	version: 1
//	endpoints: ["*.aliyuncs.com"]
//	buckets: [my-site, my-preview]
//	prefixes: ["oss://my-site/www/"]
//	credentials: [oidc]
//	roots: [/srv/checkout]
//	deletes: false
//
// [Load] reads it, and [Policy.Check] refuses a spec with every part of it that the
// policy does not allow, the parts that a command would not use included.
package policy
