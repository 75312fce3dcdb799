package spec

import "time"

// This file is the language: one table for each kind of mapping node.

// Limits of lists. With them, and with those of patterns, the time and memory
// that a spec costs are bounded by the size of its file, times a constant.
const (
	maxStores   = 100
	maxMappings = 1000
	maxPatterns = 1000 // of one list
	maxPhases   = 100
	maxRequired = 100
	maxRules    = 1000 // of headers in one mapping
	maxHeaders  = 50   // of one rule
)

const oneYear = 365 * 24 * time.Hour

// file is the whole of a spec file on its way.
type file struct {
	version  int // 1, which is all that decodes
	stores   []storeDraft
	mappings []mappingDraft
}

// storeDraft is a store with the places of its fields.
type storeDraft struct {
	Store
	places map[string]place
}

// mappingDraft is a mapping with the places of its fields.
type mappingDraft struct {
	Mapping
	to, from remote
	places   map[string]place
}

// remote is a prefix of a bucket.
type remote struct{ bucket, prefix string }

var (
	nameText    = text("a name", "[a-z0-9][a-z0-9._-]{0,62}", parseName).like(plainName.String())
	patternText = text("a pattern", "1 to 1,024 bytes", parsePattern).like(globPattern)
	pathText    = text("a path", "1 to 1,021 bytes", parsePath).like(pathPattern)
	remoteText  = text("an address", "oss://bucket/prefix/", parseRemote).like(remotePattern())
	folderText  = text("a folder", "absolute, or relative to the spec's folder", parseFolder).like(folderPattern)
)

var fileFields = []field[file]{
	scalarField("version", integer(1, 1), "", func(f *file) *int { return &f.version }).must(),
	{name: "stores", kind: "a mapping", limits: "1 to 100 names, each with the fields of stores", presence: required, schema: storesSchema, decode: decodeStores},
	{name: "mappings", kind: "a list", limits: "1 to 1000 mappings with the fields of mappings", presence: required, schema: mappingsSchema, decode: decodeMappings},
}

var storeFields = []field[storeDraft]{
	scalarField("region", text("text", "such as cn-hangzhou", parseRegion).like(regionName.String()), "", func(s *storeDraft) *string { return &s.Region }),
	scalarField("endpoint", text("an address", "https://host or https://host:port", parseEndpoint).like(endpointPattern), "", func(s *storeDraft) *string { return &s.Endpoint }),
	scalarField("internal", boolean(), "false", func(s *storeDraft) *bool { return &s.Internal }),
	scalarField("accelerate", boolean(), "false", func(s *storeDraft) *bool { return &s.Accelerate }),
	scalarField("dualStack", boolean(), "false", func(s *storeDraft) *bool { return &s.DualStack }),
	scalarField("cname", boolean(), "false", func(s *storeDraft) *bool { return &s.CName }),
	scalarField("caFile", text("a file", "absolute, or relative to the spec's folder", parseFolder).like(folderPattern), "", func(s *storeDraft) *string { return &s.CAFile }),
	scalarField("proxy", choice(proxyNames, []Proxy{ProxyNone, ProxyEnvironment}), "none", func(s *storeDraft) *Proxy { return &s.Proxy }),
	credentialsField(),
	scalarField("embedded", folderText, "", func(s *storeDraft) *string { return &s.Embedded }),
}

var mappingFields = []field[mappingDraft]{
	scalarField("name", nameText, "", func(m *mappingDraft) *string { return &m.Name }).must(),
	scalarField("local", folderText, "", func(m *mappingDraft) *string { return &m.Local }).must(),
	scalarField("to", remoteText, "", func(m *mappingDraft) *remote { return &m.to }),
	scalarField("from", remoteText, "", func(m *mappingDraft) *remote { return &m.from }),
	scalarField("store", nameText, "", func(m *mappingDraft) *string { return &m.Store }),
	listField("include", patternText, anyDirs, 1, maxPatterns, func(m *mappingDraft) *[]string { return &m.Include }),
	listField("exclude", patternText, "", 0, maxPatterns, func(m *mappingDraft) *[]string { return &m.Exclude }),
	listField("require", pathText, "", 0, maxRequired, func(m *mappingDraft) *[]string { return &m.Require }),
	listField("allow", patternText, "", 0, maxPatterns, func(m *mappingDraft) *[]string { return &m.Allow }),
	scalarField("prune", choice(pruneNames, []Prune{PruneNever, PruneManaged, PruneAll}), "never", func(m *mappingDraft) *Prune { return &m.Prune }),
	listField("order", patternText, "", 0, maxPhases, func(m *mappingDraft) *[]string { return &m.Order }),
	{name: "headers", kind: "a list", limits: "0 to 1000 rules with the fields of headers", schema: headersSchema, decode: decodeHeaders},
	scalarField("symlinks", choice(symlinksNames, []Symlinks{SymlinksSkip, SymlinksFollow, SymlinksError}), "skip", func(m *mappingDraft) *Symlinks { return &m.Symlinks }),
	recordField("transfer", transferFields, func(m *mappingDraft) *Transfer { return &m.Transfer }),
	recordField("uploads", uploadsFields, func(m *mappingDraft) *Uploads { return &m.Uploads }),
	recordField("guard", guardFields, func(m *mappingDraft) *Guard { return &m.Guard }),
	recordField("watch", watchFields, func(m *mappingDraft) *Watch { return &m.Watch }),
}

var transferFields = []field[Transfer]{
	scalarField("threshold", size(0, 5*gib, false), "10MiB", func(t *Transfer) *int64 { return &t.Threshold }),
	scalarField("partSize", size(100*kib, 5*gib, false), "10MiB", func(t *Transfer) *int64 { return &t.PartSize }),
	scalarField("files", integer(1, 256), "32", func(t *Transfer) *int { return &t.Files }),
	scalarField("parts", integer(1, 64), "4", func(t *Transfer) *int { return &t.Parts }),
	scalarField("bandwidth", size(64*kib, tib, true), "0", func(t *Transfer) *int64 { return &t.Bandwidth }),
}

var uploadsFields = []field[Uploads]{
	scalarField("abortAfter", duration(time.Second, 10*oneYear), "0", func(u *Uploads) *time.Duration { return &u.AbortAfter }),
}

var guardFields = []field[Guard]{
	scalarField("maxDeletes", integer(0, 1_000_000_000), "1000", func(g *Guard) *int { return &g.MaxDeletes }),
	scalarField("maxDeletePercent", integer(0, 100), "25", func(g *Guard) *int { return &g.MaxDeletePercent }),
	scalarField("maxObjects", integer(0, 1_000_000_000), "0", func(g *Guard) *int { return &g.MaxObjects }),
	scalarField("maxObjectSize", size(1, 64*tib, true), "0", func(g *Guard) *int64 { return &g.MaxObjectSize }),
	scalarField("maxTotalSize", size(1, 1024*tib, true), "0", func(g *Guard) *int64 { return &g.MaxTotalSize }),
}

var watchFields = []field[Watch]{
	scalarField("enabled", boolean(), "true", func(w *Watch) *bool { return &w.Enabled }),
	scalarField("settle", period(time.Second, time.Hour), "2s", func(w *Watch) *time.Duration { return &w.Settle }),
	scalarField("rescan", period(10*time.Second, 7*24*time.Hour), "10m", func(w *Watch) *time.Duration { return &w.Rescan }),
	scalarField("prune", boolean(), "false", func(w *Watch) *bool { return &w.Prune }),
	scalarField("drift", choice(driftNames, []Drift{DriftFix, DriftReport}), "fix", func(w *Watch) *Drift { return &w.Drift }),
}

var headerFields = []field[HeaderRule]{
	scalarField("match", patternText, "", func(r *HeaderRule) *string { return &r.Match }).must(),
	{name: "set", kind: "a mapping", limits: "1 to 50 headers", presence: required, schema: setSchema, decode: decodeSet},
}
