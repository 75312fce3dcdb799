// Package index keeps what was true after the last apply of one mapping: for each
// path, the local file and the object that had the same content then. It answers
// most questions of the next plan without reading a file or asking the service.
//
// An index is a cache. Without it plans are slower and delete less, never wrong.
// Rows are written from the results of actions only, strictly after the action
// was proved.
//
// The file is a bbolt database with two buckets: "meta" holds the format version,
// the lineage and the serial; "rows" holds one record a path, see codec.go. A
// record that fails its checksum is as if it were not there.
package index
