package spec

// effects tells what each field does, in the Markdown of docs/spec.md: for each
// section of that page, which is a table of the language, its fields. The page
// and the JSON Schema both say these words.
var effects = map[string]map[string]string{
	"The file": {
		"version":  "The version of this language. Of a newer one nothing else is read.",
		"stores":   "Where buckets are. The names follow the rules of mapping names.",
		"mappings": "What belongs where.",
	},
	"stores": {
		"region":      "The region, without `oss-`: requests are signed for it. Required, except for an embedded store.",
		"endpoint":    "The address of the service, without bucket and path. Left out: the public endpoint of the region. One of Alibaba Cloud that names another region is an error. Keys are sent only to addresses of OSS below `aliyuncs.com`, to this machine, and to hosts listed, with commas, in the environment variable `OSSSYNC_TRUSTED_ENDPOINTS`: a spec alone cannot send them elsewhere. `http://` is for `localhost` and loopback addresses only.",
		"internal":    "The region's endpoint inside the cloud's network, which costs no traffic: `oss-REGION-internal.aliyuncs.com`. At most one of `endpoint`, `internal`, `accelerate` and `dualStack` is written.",
		"accelerate":  "The endpoint of transfer acceleration, `oss-accelerate.aliyuncs.com`, which the bucket must have switched on.",
		"dualStack":   "The region's endpoint for IPv6 and IPv4, `REGION.oss.aliyuncs.com`.",
		"cname":       "`endpoint` is a domain of the bucket's own: its name is not put before the host. Buckets cannot be listed there.",
		"caFile":      "Certificates (PEM) to trust besides those of the system.",
		"proxy":       "`none`: no proxy is asked, whatever the environment says. `environment`: the one of `HTTPS_PROXY` is, but for the hosts of `NO_PROXY` and this machine.",
		"credentials": "Where keys come from; see [credentials](#credentials).",
		"embedded":    "An OSS-compatible store in this folder, for trials and tests; it needs no account, and none of the other fields.",
	},
	"credentials": {
		"from":        "The source.",
		"profile":     "The profile of the file; without it that of `OSSUTIL_PROFILE` or `ALIBABA_CLOUD_PROFILE`, else the one in use there. Only with ossutil and aliyun.",
		"roleName":    "The role of the machine; without it the machine is asked. Only with ecs-role.",
		"roleArn":     "The role. Only with assume-role, which requires it, and oidc, where `ALIBABA_CLOUD_ROLE_ARN` stands in.",
		"providerArn": "The identity provider; `ALIBABA_CLOUD_OIDC_PROVIDER_ARN` stands in. Only with oidc.",
		"sessionName": "What logs of the account show beside the role. Only with assume-role and oidc.",
		"duration":    "How long keys are asked for; they are renewed before. 0 is one hour. Only with assume-role and oidc.",
		"policy":      "Narrows the rights of the role further. Only with assume-role and oidc.",
		"externalId":  "What the role's trust policy asks for. Only with assume-role.",
		"source":      "Whose keys assume the role; chains of up to five are fine. Only with assume-role.",
	},
	"mappings": {
		"name":     "Names the mapping on the command line and in its state; two mappings have two names.",
		"local":    "The local side. Whether it exists is looked at when a plan is made.",
		"to":       "The remote side of a mapping that pushes: the prefix becomes like the folder.",
		"from":     "The remote side of a mapping that pulls: the folder becomes like the prefix. Exactly one of `to` and `from` is needed.",
		"store":    "The store that has the bucket. Required when there is more than one.",
		"include":  "What belongs to the mapping: that which one of the patterns matches.",
		"exclude":  "What does not, whatever `include` says. It is invisible on both sides: neither transferred nor deleted.",
		"require":  "Files that the side which is read must have, as in `[index.html, assets/app.js]`. Without one of them nothing is changed: a failed build, an unmounted disk and a wrong folder look like this. Paths are no patterns.",
		"allow":    "Paths that are moved although [their names or their content](#names-that-are-passed-over) would have them passed over.",
		"prune":    "What may be deleted on the side that is written. `managed`: what this mapping has put there and the other side no longer has. `all`: whatever the other side does not have.",
		"order":    "Phases; see [Order](#order).",
		"headers":  "Headers of uploads. Only with `to`.",
		"symlinks": "Symbolic links in the tree. `skip`: they and their counterparts are left alone, which counts as done. `follow`: what they point to is pushed, if it is inside `local`. `error`: they count as failed. Only with `to`.",
		"transfer": "How bytes are moved.",
		"uploads":  "What happens to multipart uploads that were never completed. Only with `to`.",
		"guard":    "How many deletes are too many.",
		"watch":    "How [`osssync watch`](watch.md) keeps the mapping.",
	},
	"headers": {
		"match": "Which paths the rule is for.",
		"set":   "Names of headers, in any case of letters, and their values.",
	},
	"transfer": {
		"threshold": "Objects of this size or more move in parts, and go on where they stopped after an interruption.",
		"partSize":  "The size of a part. It grows where an object would have more than 10,000.",
		"files":     "How many objects move at the same time.",
		"parts":     "How many parts of one object move at the same time.",
		"bandwidth": "Most bytes a second for the whole mapping; 0 is no limit.",
	},
	"uploads": {
		"abortAfter": "The age at which a multipart upload under the prefix that nobody resumes is aborted; 0: none for its age. One that a run began and could not record goes at the next apply.",
	},
	"guard": {
		"maxDeletes":       "Most deletes in one plan.",
		"maxDeletePercent": "Most deletes in percent of what the mapping has on the side that is written.",
		"maxObjects":       "Most objects that one plan uploads or downloads; 0 is no limit.",
		"maxObjectSize":    "Size of the largest of them; 0 is no limit.",
		"maxTotalSize":     "Most bytes of all of them together; 0 is no limit.",
	},
	"watch": {
		"enabled": "`false`: `watch` passes the mapping over, unless `--mapping` names it.",
		"settle":  "How long a file must have been left alone before it is sent. A file that is written without a pause waits for one. A pull does not wait for files.",
		"rescan":  "The time between two passes over the whole tree and prefix, give or take a quarter.",
		"prune":   "Whether `watch` deletes what `prune` of the mapping allows. `false`: it is counted and shown, and left.",
		"drift":   "What others changed or deleted on the side that is written. `fix`: it is put right. `report`: it is counted and shown.",
	},
}
