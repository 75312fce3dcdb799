package plan

// Reason says why an action is what it is. It is for people and reports; no
// code may decide by it. The zero value means none.
type Reason string

// Reasons for transfers, metadata and deletes.
const (
	ReasonNew            Reason = "new"
	ReasonSizeDiffers    Reason = "size-differs"
	ReasonContentDiffers Reason = "content-differs"
	ReasonHeadersDiffer  Reason = "headers-differ"
	ReasonGoneOwned      Reason = "gone-owned"
	ReasonGone           Reason = "gone"
	ReasonSame           Reason = "same"
	ReasonForgotten      Reason = "forgotten"
)

// Reasons for what becomes of pending multipart uploads.
const (
	ReasonUploadStale    Reason = "upload-stale"
	ReasonUploadReplaced Reason = "upload-replaced"
	ReasonUploadYoung    Reason = "upload-young"
	ReasonUploadOwned    Reason = "upload-owned"
	ReasonUploadNoPolicy Reason = "upload-no-policy"

	ReasonUploadUnrecorded Reason = "upload-unrecorded"
	ReasonUploadAmbiguous  Reason = "upload-ambiguous"
)

// Reasons for leaving a path alone.
const (
	ReasonUnreadable       Reason = "unreadable"
	ReasonSymlink          Reason = "symlink"
	ReasonSymlinkEscapes   Reason = "symlink-escapes"
	ReasonSymlinkLoop      Reason = "symlink-loop"
	ReasonSymlinkBroken    Reason = "symlink-broken"
	ReasonSymlinkRefused   Reason = "symlink-refused"
	ReasonFIFO             Reason = "fifo"
	ReasonSocket           Reason = "socket"
	ReasonDevice           Reason = "device"
	ReasonIrregular        Reason = "irregular"
	ReasonOtherDevice      Reason = "other-device"
	ReasonNotUTF8          Reason = "not-utf8"
	ReasonControlCharacter Reason = "control-character"
	ReasonBackslash        Reason = "backslash"
	ReasonNameTooLong      Reason = "name-too-long"
	ReasonKeyTooLong       Reason = "key-too-long"
	ReasonReservedName     Reason = "reserved-name"
	ReasonDotSegment       Reason = "dot-segment"
	ReasonEmptySegment     Reason = "empty-segment"
	ReasonLeadingSlash     Reason = "leading-slash"
	ReasonMarkerContent    Reason = "marker-with-content"
	ReasonFileAndDirectory Reason = "file-and-directory"
	ReasonCounterpart      Reason = "counterpart-refused"
	ReasonChangedWhileRead Reason = "changed-while-read"
	ReasonNoChecksum       Reason = "no-checksum"
	ReasonArchived         Reason = "archived"
	ReasonObjectSymlink    Reason = "object-symlink"
	ReasonTooLarge         Reason = "too-large"
	ReasonExecutedName     Reason = "executed-name"
	ReasonSecretName       Reason = "secret-name"
	ReasonSecretNew        Reason = "secret-name-new"
	ReasonLFSPointer       Reason = "lfs-pointer"
)

// reasonTexts holds every reason there is: a word that is not a key here is
// refused when a plan file is read.
var reasonTexts = map[Reason]string{
	ReasonNew:            "new",
	ReasonSizeDiffers:    "size differs",
	ReasonContentDiffers: "content differs",
	ReasonHeadersDiffer:  "headers differ from the spec",
	ReasonGoneOwned:      "no longer at the source; this mapping put it there",
	ReasonGone:           "not at the source",
	ReasonSame:           "same content",
	ReasonForgotten:      "gone on both sides",

	ReasonUploadStale:    "unfinished upload, older than abortAfter",
	ReasonUploadReplaced: "unfinished upload of what the file was before; this run begins anew",
	ReasonUploadYoung:    "unfinished upload, younger than abortAfter",
	ReasonUploadOwned:    "unfinished upload that a checkpoint here may still resume",
	ReasonUploadNoPolicy: "unfinished upload; uploads.abortAfter is not set",

	ReasonUploadUnrecorded: "unfinished upload without parts, probably begun by a run that died before it could record it",
	ReasonUploadAmbiguous:  "unfinished upload without parts, begun by a run that died or by another program: there are more than that run can have begun, and nothing tells whose they are",

	ReasonUnreadable:       "cannot be read",
	ReasonSymlink:          "symbolic link (symlinks: skip)",
	ReasonSymlinkEscapes:   "symbolic link that leaves the root",
	ReasonSymlinkLoop:      "symbolic link that leads back to itself",
	ReasonSymlinkBroken:    "symbolic link to nothing",
	ReasonSymlinkRefused:   "symbolic link (symlinks: error)",
	ReasonFIFO:             "named pipe",
	ReasonSocket:           "socket",
	ReasonDevice:           "device",
	ReasonIrregular:        "not a regular file",
	ReasonOtherDevice:      "another file system is mounted here",
	ReasonNotUTF8:          "name is not UTF-8",
	ReasonControlCharacter: "name has a control character",
	ReasonBackslash:        "name has a backslash where it would be a separator",
	ReasonNameTooLong:      "a name in the path is longer than 255 bytes",
	ReasonKeyTooLong:       "key is longer than 1,023 bytes",
	ReasonReservedName:     "name is reserved",
	ReasonDotSegment:       `key has a "." or ".." segment`,
	ReasonEmptySegment:     `key has an empty segment ("//")`,
	ReasonLeadingSlash:     `key starts with "/" below the prefix`,
	ReasonMarkerContent:    `key ends in "/" and has content`,
	ReasonFileAndDirectory: "both a file and a directory of this name",
	ReasonCounterpart:      "a refused key stands for the same path",
	ReasonChangedWhileRead: "changed while it was read",
	ReasonNoChecksum:       "cannot be compared: the object has no checksum (--deep reads it)",
	ReasonArchived:         "archived; restore it first",
	ReasonObjectSymlink:    "the object is a symbolic link",
	ReasonTooLarge:         "larger than OSS takes (10,000 parts of 5 GiB each, doubled from transfer.partSize)",
	ReasonExecutedName:     "a name that programs act on (`allow` pulls it)",
	ReasonSecretName:       "a name that secrets have (`allow` pushes it)",
	ReasonSecretNew:        "a name that secrets have (`allow` pushes it); new, so deletes of what it may have been wait for one apply",
	ReasonLFSPointer:       "a Git LFS pointer, no content (git lfs pull; `allow` pushes it)",
}

// isName reports whether r is a reason to pass a path over for its name.
func (r Reason) isName() bool {
	return r == ReasonExecutedName || r == ReasonSecretName || r == ReasonSecretNew
}

// Text returns the reason in words.
func (r Reason) Text() string { return reasonTexts[r] }

// Known reports whether r is one of the reasons of this package.
func (r Reason) Known() bool { _, ok := reasonTexts[r]; return ok }
