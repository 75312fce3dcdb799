package ossserver

import (
	"bytes"
	"net/http"

	bolt "go.etcd.io/bbolt"
)

// maxConfigDocument bounds the document of a bucket setting. The largest that
// is valid is a lifecycle of 1000 rules.
const maxConfigDocument = 2 << 20

// config is a setting of a bucket that is one document: checked, kept as it
// came, and given back.
type config struct {
	name             string // query name, and key in the database
	put, get, remove Operation
	edit             func(doc []byte, names string) ([]byte, error) // removes only what the query parameter names
	check            func(doc []byte) error
	asked            func(header http.Header, doc []byte) error // judges what the request says beside a document that is right
	apply            func(b *bolt.Bucket, doc []byte) error     // carries the setting out; nil doc: removed
	absent           string                                     // document of a bucket without; empty: there is none
	rewrite          func(doc []byte) []byte                    // leaves out what means nothing in a document that is right
	defaults         []elementDefault                           // told of a document without them
	missing          string                                     // error code of a bucket without
	message          string
	json             bool // the document is JSON and not XML
}

// configs are the settings this server keeps. Those for encryption and CORS
// have an effect; the others have none here.
func configs() []config {
	return []config{
		{name: "tagging", put: PutBucketTags, get: GetBucketTags, remove: DeleteBucketTags,
			check: checkBucketTags, edit: removeTags, absent: "<Tagging><TagSet></TagSet></Tagging>"},
		{name: "encryption", put: PutBucketEncryption, get: GetBucketEncryption, remove: DeleteBucketEncryption,
			check: checkBucketEncryption, apply: applyEncryption, rewrite: rewriteEncryption, missing: "NoSuchServerSideEncryptionRule", message: "The server side encryption rule does not exist."},
		{name: "lifecycle", put: PutBucketLifecycle, get: GetBucketLifecycle, remove: DeleteBucketLifecycle,
			check: checkLifecycle, asked: checkOverlap, missing: "NoSuchLifecycle", message: "No Row found in Lifecycle Table."},
		{name: "cors", put: PutBucketCors, get: GetBucketCors, remove: DeleteBucketCors,
			check: checkCORS, defaults: []elementDefault{{parent: "CORSConfiguration", name: "ResponseVary", value: "false"}}, missing: "NoSuchCORSConfiguration", message: "The CORS Configuration does not exist."},
		{name: "website", put: PutBucketWebsite, get: GetBucketWebsite, remove: DeleteBucketWebsite,
			check: checkWebsite, defaults: mirrorDefaults(), missing: "NoSuchWebsiteConfiguration", message: "The specified bucket does not have a website configuration."},
		{name: "referer", put: PutBucketReferer, get: GetBucketReferer, check: checkReferer, defaults: []elementDefault{{parent: "RefererConfiguration", name: "AllowTruncateQueryString", value: "true"}},
			absent: "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><AllowTruncateQueryString>true</AllowTruncateQueryString><RefererList></RefererList></RefererConfiguration>"},
		{name: "logging", put: PutBucketLogging, get: GetBucketLogging, remove: DeleteBucketLogging,
			check: checkLogging, apply: applyLogging, absent: "<BucketLoggingStatus></BucketLoggingStatus>"},
		{name: "policy", put: PutBucketPolicy, get: GetBucketPolicy, remove: DeleteBucketPolicy,
			check: checkPolicy, missing: "NoSuchBucketPolicy", message: "The bucket policy does not exist.", json: true},
		{name: "requestPayment", put: PutBucketRequestPayment, get: GetBucketRequestPayment, check: checkRequestPayment,
			absent: "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"},
	}
}

// rules are the rows of the routing table for a setting.
func (f config) rules() []rule {
	rules := []rule{
		{operation: f.put, method: "PUT", level: bucketLevel, needs: f.name,
			serve: func(s *Server, c *call) error { return s.putConfig(c, f) }},
		{operation: f.get, method: "GET", level: bucketLevel, needs: f.name,
			serve: func(s *Server, c *call) error { return s.getConfig(c, f) }},
	}
	if f.remove != "" {
		rules = append(rules, rule{operation: f.remove, method: "DELETE", level: bucketLevel, needs: f.name,
			serve: func(s *Server, c *call) error { return s.removeConfig(c, f) }})
	}
	return rules
}

func (s *Server) putConfig(c *call, f config) error {
	doc, err := c.readDocument(maxConfigDocument)
	if err != nil {
		return err
	}
	if err := f.check(doc); err != nil {
		return err
	}
	if f.asked != nil {
		if err := f.asked(c.request.Header, doc); err != nil {
			return err
		}
	}
	doc = f.told(doc)
	err = s.store.update(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		if f.apply != nil {
			if err := f.apply(b, doc); err != nil {
				return err
			}
		}
		return b.Bucket(inConfigs).Put([]byte(f.name), doc)
	})
	if err != nil {
		return err
	}
	c.writeEmpty(http.StatusOK)
	return nil
}

// applyEncryption makes the rule of a document, nil for none, that of new
// objects.
func applyEncryption(b *bolt.Bucket, doc []byte) error {
	settings, err := decodeBucketRecord(b)
	if err != nil {
		return err
	}
	settings.Encryption = encryption{}
	if doc != nil {
		if settings.Encryption, err = parseBucketEncryption(doc); err != nil {
			return err
		}
	}
	return putBucketRecord(b, settings)
}

func (s *Server) getConfig(c *call, f config) error {
	var doc []byte
	err := s.store.view(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err == nil {
			doc = bytes.Clone(b.Bucket(inConfigs).Get([]byte(f.name)))
		}
		return err
	})
	if err != nil {
		return err
	}
	if doc == nil {
		if f.absent == "" {
			return newError(http.StatusNotFound, f.missing, f.message).with("BucketName", c.bucket)
		}
		doc = []byte(f.absent)
	}
	if f.json {
		c.writeDocument(http.StatusOK, "application/json", doc)
		return nil
	}
	if !bytes.HasPrefix(doc, []byte("<?xml")) {
		doc = append(newDocument().bytes(), doc...)
	}
	c.writeXML(http.StatusOK, doc)
	return nil
}

// removeConfig removes a setting; there need not be one.
func (s *Server) removeConfig(c *call, f config) error {
	err := s.store.update(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		configs, key := b.Bucket(inConfigs), []byte(f.name)
		names := c.query.get(f.name)
		if doc := configs.Get(key); doc != nil && names != "" && f.edit != nil {
			left, err := f.edit(doc, names)
			if err != nil {
				return err
			}
			return configs.Put(key, left)
		}
		if err := configs.Delete(key); err != nil {
			return err
		}
		if f.apply == nil {
			return nil
		}
		return f.apply(b, nil)
	})
	if err != nil {
		return err
	}
	c.writeEmpty(http.StatusNoContent)
	return nil
}
