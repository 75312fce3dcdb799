package ossserver

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"slices"
)

// maxBucketDocument bounds the body of PutBucket.
const maxBucketDocument = 64 << 10

// resourceGroup stands for the default resource group of the account.
const resourceGroup = "rg-default"

type createBucketDocument struct {
	XMLName      xml.Name `xml:"CreateBucketConfiguration"`
	StorageClass string   `xml:"StorageClass"`
	Redundancy   string   `xml:"DataRedundancyType"`
}

// putBucket makes a bucket. For one that is there already it changes the ACL
// if the request names one; storage class and redundancy stay as they are.
func (s *Server) putBucket(c *call) error {
	doc, err := c.readDocument(maxBucketDocument)
	if err != nil {
		return err
	}
	wanted, err := parseBucketSettings(c.request.Header, doc)
	if err != nil {
		return err
	}
	err = s.store.update(func(tx *transaction) error {
		record := s.newBucket(cmp.Or(wanted.ACL, aclPrivate))
		record.StorageClass = cmp.Or(wanted.StorageClass, record.StorageClass)
		record.Redundancy = cmp.Or(wanted.Redundancy, record.Redundancy)
		record.Encryption = wanted.Encryption
		if created, err := tx.createBucket(c.bucket, record); err != nil || created {
			return err
		}
		return tx.resetACL(c.bucket, wanted)
	})
	if err != nil {
		return err
	}
	c.Header().Set("Location", "/"+c.bucket)
	c.Header().Set("Content-Length", "0")
	c.WriteHeader(http.StatusOK)
	return nil
}

// resetACL gives a bucket that is there the ACL of a request to make it, if that
// names one and nothing that cannot change.
func (tx *transaction) resetACL(bucket string, wanted bucketRecord) error {
	b, err := tx.bucket(bucket)
	if err != nil {
		return err
	}
	r, err := decodeBucketRecord(b)
	if err != nil {
		return err
	}
	switch {
	case wanted.StorageClass != "" && wanted.StorageClass != r.StorageClass:
		return newError(http.StatusConflict, "BucketAlreadyExists", "Cannot modify existing bucket's storage class").with("BucketName", bucket)
	case wanted.Redundancy != "" && wanted.Redundancy != r.Redundancy:
		return newError(http.StatusConflict, "BucketAlreadyExists", "Bucket already exists can't modify data redundancy type").with("BucketName", bucket)
	case wanted.ACL == "":
		return nil
	}
	r.ACL = wanted.ACL
	return putBucketRecord(b, r)
}

// parseBucketSettings reads the headers and the document, which may be empty,
// of PutBucket. What the request does not name is empty.
func parseBucketSettings(header http.Header, doc []byte) (bucketRecord, error) {
	d := createBucketDocument{
		StorageClass: header.Get("X-Oss-Storage-Class"),
		Redundancy:   header.Get("X-Oss-Data-Redundancy-Type"),
	}
	if len(doc) > 0 {
		if err := unmarshalDocument(doc, &d); err != nil {
			return bucketRecord{}, err
		}
	}
	r := bucketRecord{ACL: header.Get("X-Oss-Acl"), StorageClass: d.StorageClass, Redundancy: d.Redundancy}
	var err error
	if r.Encryption, err = parseEncryption(header); err != nil {
		return r, err
	}
	switch {
	case r.ACL != "" && !isACL(r.ACL):
		return r, invalidArgument("The ACL %q is not valid.", r.ACL)
	case r.StorageClass != "" && !isStorageClass(r.StorageClass):
		return r, invalidArgument("The storage class %q is not valid.", r.StorageClass)
	case !slices.Contains([]string{"", redundancyLocal, "ZRS"}, r.Redundancy):
		return r, invalidArgument("The data redundancy type %q is not valid.", r.Redundancy)
	}
	return r, nil
}

// editBucket changes the record of a bucket and answers.
func (s *Server) editBucket(c *call, change func(*bucketRecord)) error {
	err := s.store.update(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		r, err := decodeBucketRecord(b)
		if err != nil {
			return err
		}
		change(&r)
		return putBucketRecord(b, r)
	})
	if err != nil {
		return err
	}
	c.writeEmpty(http.StatusOK)
	return nil
}

// deleteBucket refuses while there are objects, older versions, delete markers
// or multipart uploads.
func (s *Server) deleteBucket(c *call) error {
	err := s.store.update(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		for _, inner := range [][]byte{inObjects, inVersions, inUploads} {
			if k, _ := b.Bucket(inner).Cursor().First(); k != nil {
				return newError(http.StatusConflict, "BucketNotEmpty", "The bucket has objects. Please delete them first.").with("BucketName", c.bucket)
			}
		}
		return tx.Bucket(rootBuckets).DeleteBucket([]byte(c.bucket))
	})
	if err != nil {
		return err
	}
	c.WriteHeader(http.StatusNoContent)
	return nil
}

// headBucket tells that a bucket is there, and where.
func (s *Server) headBucket(c *call) error {
	if _, err := s.store.bucketRecord(c.bucket); err != nil {
		return err
	}
	c.Header().Set("X-Oss-Bucket-Region", s.location())
	c.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) getBucketInfo(c *call) error {
	r, err := s.store.bucketRecord(c.bucket)
	if err != nil {
		return err
	}
	w := newDocument()
	w.open("BucketInfo")
	w.open("Bucket")
	s.writeBucket(w, c, c.bucket, r)
	w.text("Comment", "")
	w.text("DataRedundancyType", r.Redundancy)
	for _, name := range []string{"AccessMonitor", "TransferAcceleration", "CrossRegionReplication"} {
		w.text(name, "Disabled")
	}
	w.flag("BlockPublicAccess", false)
	w.text("ResourceGroupId", resourceGroup)
	w.owner()
	w.open("AccessControlList")
	w.text("Grant", r.ACL)
	w.end("AccessControlList")
	w.optional("Versioning", r.Versioning)
	r.Encryption.writeRule(w)
	w.end("Bucket")
	w.end("BucketInfo")
	c.writeXML(http.StatusOK, w.bytes())
	return nil
}

func (s *Server) getBucketLocation(c *call) error {
	if _, err := s.store.bucketRecord(c.bucket); err != nil {
		return err
	}
	w := newDocument()
	w.text("LocationConstraint", s.location())
	c.writeXML(http.StatusOK, w.bytes())
	return nil
}

func (s *Server) listBuckets(c *call) error {
	limit, err := parseLimit(c.query, "max-keys", defaultPage)
	if err != nil {
		return err
	}
	prefix, marker := c.query.get("prefix"), c.query.get("marker")
	buckets, last, truncated := xmlWriter{}, "", false
	wanted, err := parseTagFilter(c.query)
	if err != nil {
		return err
	}
	err = s.store.view(func(tx *transaction) error {
		root := tx.Bucket(rootBuckets)
		w := walk{prefix: []byte(prefix), after: []byte(marker), limit: limit}
		truncated, err = w.run(&taggedBuckets{root: root, Cursor: root.Cursor(), wanted: wanted}, func(e entry) error {
			last = string(e.name)
			r, err := decodeBucketRecord(root.Bucket(e.name))
			if err != nil {
				return err
			}
			buckets.open("Bucket")
			s.writeBucket(&buckets, c, last, r)
			if wanted.tags != nil {
				buckets.tagging(tagsOf(root.Bucket(e.name)))
			}
			buckets.end("Bucket")
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	w := newDocument()
	w.open("ListAllMyBucketsResult")
	if truncated || len(c.query) > 0 { // as OSS does, nothing about pages when there is nothing to say
		w.text("Prefix", prefix)
		w.text("Marker", marker)
		w.number("MaxKeys", int64(limit))
		w.flag("IsTruncated", truncated)
	}
	if truncated {
		w.text("NextMarker", last)
	}
	w.owner()
	w.open("Buckets")
	buckets.end("Buckets")
	buckets.end("ListAllMyBucketsResult")
	c.writeXML(http.StatusOK, w.bytes(), buckets.bytes())
	return nil
}

// writeBucket writes what ListBuckets and GetBucketInfo both tell.
func (s *Server) writeBucket(w *xmlWriter, c *call, name string, r bucketRecord) {
	endpoint := scheme(c) + s.endpoint(c)
	w.text("CreationDate", formatUnix(r.Created))
	w.text("ExtranetEndpoint", endpoint)
	w.text("IntranetEndpoint", endpoint)
	w.text("Location", s.location())
	w.text("Name", name)
	w.text("Region", s.options.Region)
	w.text("StorageClass", r.StorageClass)
}

func (s *Server) location() string { return "oss-" + s.options.Region }

// scheme is part of the endpoints of buckets, where OSS tells a host alone:
// clients take one without it for a server of HTTPS.
func scheme(c *call) string {
	if c.request.TLS != nil {
		return "https://"
	}
	return "http://"
}

// endpoint returns a host under which a client finds this server again.
func (s *Server) endpoint(c *call) string {
	if s.options.Endpoint != "" {
		return s.options.Endpoint
	}
	host := c.request.Host
	if bucket := bucketOfHost(host, ""); bucket != "" {
		return host[len(bucket)+1:]
	}
	return host
}
