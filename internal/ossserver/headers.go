package ossserver

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const metaPrefix = "x-oss-meta-"

// standardHeaders are stored with an object and sent with it.
func standardHeaders() []string {
	return []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires"}
}

// checkHeaders refuses headers that ask for something this server does not do.
// To pass over them would be a lie.
func (r rule) checkHeaders(header http.Header) error {
	for name := range header {
		low := strings.ToLower(name)
		if r.refuses(low) {
			return headerNotImplemented(name)
		}
		if !r.encrypts && slices.Contains(strings.Fields(encryptionHeaders), low) {
			return invalidArgument("The header %q is not supported by %s.", low, r.operation)
		}
	}
	return nil
}

// parseAttributes reads what a PutObject or InitiateMultipartUpload says about
// the object beside its bytes.
func parseAttributes(header http.Header) (attributes, error) {
	a := attributes{Headers: make(map[string]string), Meta: make(map[string]string)}
	for _, name := range standardHeaders() {
		if v := header.Get(name); v != "" {
			a.Headers[name] = v
		}
	}
	if a.Headers["Content-Type"] == "" {
		a.Headers["Content-Type"] = "application/octet-stream"
	}
	var err error
	if a.Meta, err = parseMeta(header); err != nil {
		return a, err
	}
	if a.ACL, err = parseObjectACL(header); err != nil {
		return a, err
	}
	if a.Encryption, err = parseEncryption(header); err != nil {
		return a, err
	}
	a.Tags = header.Get("X-Oss-Tagging")
	_, err = parseTagHeader(a.Tags)
	return a, err
}

func parseMeta(header http.Header) (map[string]string, error) {
	meta, size := make(map[string]string), 0
	for name, values := range header {
		m, ok := strings.CutPrefix(strings.ToLower(name), metaPrefix)
		if !ok {
			continue
		}
		if m == "" || strings.Trim(m, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return nil, invalidArgument("The user metadata name %q is not valid.", m)
		}
		meta[m] = signedValues(values)
		size += len(m) + len(meta[m])
	}
	if size > maxMetadata {
		return nil, newError(http.StatusBadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size.")
	}
	return meta, nil
}

func parseObjectACL(header http.Header) (string, error) {
	v := header.Get("X-Oss-Object-Acl")
	if v == "default" {
		return "", nil
	}
	if v != "" && !isACL(v) {
		return "", invalidArgument("The ACL %q is not valid.", v)
	}
	return v, nil
}

func isACL(v string) bool {
	return slices.Contains([]string{aclPrivate, aclPublicRead, aclPublicReadWrite}, v)
}

// parseStorageClass reads x-oss-storage-class, or takes the bucket's.
func parseStorageClass(header http.Header, bucketClass string) (string, error) {
	v := header.Get("X-Oss-Storage-Class")
	if v == "" {
		return bucketClass, nil
	}
	if !isStorageClass(v) {
		return "", newError(http.StatusBadRequest, "InvalidStorageClass", "The storage class you specified is not valid.").with("StorageClass", v)
	}
	return v, nil
}

func isStorageClass(v string) bool {
	return v == classStandard || v == "IA" || isArchived(v)
}

// isArchived reports whether an object of a class must be restored before it
// can be read.
func isArchived(class string) bool {
	return class == "Archive" || class == "ColdArchive" || class == "DeepColdArchive"
}

// parseFlag reads a header that is "true", "false" or absent.
func parseFlag(header http.Header, name string) (bool, error) {
	switch v := strings.ToLower(header.Get(name)); v {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, invalidArgument("The %s must be true or false.", strings.ToLower(name))
	}
}

// writeObjectHeaders sets the headers that describe an object on HEAD and GET.
func writeObjectHeaders(h http.Header, o *objectRecord, now time.Time) {
	for name, value := range o.Headers {
		h.Set(name, value)
	}
	for name, value := range o.Meta {
		h.Set(metaPrefix+name, value)
	}
	h.Set("X-Oss-Object-Type", o.kind)
	h.Set("X-Oss-Storage-Class", o.class)
	if tags, err := parseTagHeader(o.Tags); err == nil && len(tags) > 0 {
		h.Set("X-Oss-Tagging-Count", strconv.Itoa(len(tags)))
	}
	if o.kind == kindAppendable {
		h.Set("X-Oss-Next-Append-Position", strconv.FormatInt(o.size, 10))
	}
	if state := o.restored.state(now); state != "" {
		h.Set("X-Oss-Restore", state)
	}
	o.Encryption.writeHeaders(h)
	writeValidators(h, o)
}

// writeValidators sets what identifies the content of an object.
func writeValidators(h http.Header, o *objectRecord) {
	h.Set("Etag", quote(o.etag))
	h.Set("Last-Modified", o.lastModified().UTC().Format(http.TimeFormat))
	h.Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(o.crc, 10))
	writeVersion(h, o)
}

// writeVersion tells the version id, in buckets that have versions.
func writeVersion(h http.Header, o *objectRecord) {
	if o.version != "" {
		h.Set("X-Oss-Version-Id", o.version)
	}
}

func quote(etag string) string { return `"` + etag + `"` }
