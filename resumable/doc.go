// Package resumable moves one object between a local file and Alibaba Cloud
// OSS, and carries on where an interrupted transfer stopped.
//
//	client := oss.NewClient(cfg) // of the official SDK
//	_, err := resumable.Upload(ctx, client, "bucket", "data/model.bin", "model.bin", resumable.UploadOptions{})
//	_, err = resumable.Download(ctx, client, "bucket", "data/model.bin", "copy.bin", resumable.DownloadOptions{})
//
// Small objects take one request. Larger ones go in parts, or come in ranges,
// several at a time if asked to; what is unfinished is noted in a record (see
// [Store]), and the same call made again moves only what is missing. The two
// functions do what resumable_upload and resumable_download of the Python SDK
// do, with the same defaults.
//
// # What can be relied on
//
// An object is published whole or not at all, and it is one state of the file:
// parts stored by an earlier call count only if they equal the local bytes now,
// and a file that changes meanwhile is [ErrSourceChanged]. If only its change
// time moves, as with permissions, it is read again before that is said. The
// body of a PutObject carries its MD5, so that the service refuses bytes that
// changed on their way. A part is proved by the CRC-64 in the answer to it, and
// sent again if it arrived with another; where answers tell none, parts carry
// their MD5, too. No upload is committed before all its parts are proved.
//
// A file appears under its name only when it is complete, verified and on
// disk. Ranges an earlier call left on disk are read back before they count. An
// object replaced meanwhile is [ErrRemoteChanged].
//
// The commit of an upload in parts may take effect although its answer is
// lost. Therefore such an object bears a random token as its metadata
// x-oss-meta-osssync-upload, by which its upload is recognised; so does an
// object put with ForbidOverwrite. No upload is aborted while that is in doubt.
//
// Memory does not depend on the size of the object: some hundred KiB for each
// part under way, and for each piece of the plan a few dozen bytes.
//
// # What is left behind
//
// An interrupted upload leaves its record and its parts, which cost storage; an
// interrupted ranged download its record and a temporary file beside the
// target, whose name [IsTempName] knows. Calling again finishes them: after a
// process was killed the ranges that were under way are fetched again, with a [Store]
// that is no [Appender] those of its last second. [FileStore.Records] lists what is
// left for those who want to clear up. A transfer whose record turns out to be
// useless frees what the record names; while the service does not let it, the record
// stays and the transfer fails.
//
// With UploadOptions.ServerTime an upload in parts leaves an intent before it
// begins, so that one whose id this process did not live to learn, or whose answer
// was lost, can be found among the pending uploads: see [Record].Begun.
//
// # What cannot be promised
//
// OSS has no conditional replace: an object that somebody else writes at the
// same time is overwritten by whoever comes last, unless ForbidOverwrite is set
// and the bucket has no versioning; a look in BeforeCommit makes that time short
// for an upload in parts. A local file written between BeforePublish and the
// rename is replaced, unless NoReplace is set and the file system has hard
// links.
//
// Through an *oss.EncryptionClient both functions degrade to one plain request,
// since parts could not be resumed; see [API].
package resumable
