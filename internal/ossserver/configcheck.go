package ossserver

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// What follows judges the documents of bucket settings, as far as the service
// tells what it refuses.

func checkBucketTags(doc []byte) error {
	tags, err := parseBucketTags(doc)
	if err == nil && len(tags) == 0 {
		return malformedXML()
	}
	return err
}

func parseBucketEncryption(doc []byte) (encryption, error) {
	var d struct {
		XMLName xml.Name `xml:"ServerSideEncryptionRule"`
		Default *struct {
			Algorithm string `xml:"SSEAlgorithm"`
			Key       string `xml:"KMSMasterKeyID"`
			Data      string `xml:"KMSDataEncryption"`
		} `xml:"ApplyServerSideEncryptionByDefault"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return encryption{}, err
	}
	if d.Default == nil || d.Default.Algorithm == "" {
		return encryption{}, malformedXML()
	}
	return checkEncryption(encryption{Algorithm: d.Default.Algorithm, Data: d.Default.Data, Key: d.Default.Key})
}

// rewriteEncryption leaves out how data is encrypted where no KMS does it.
func rewriteEncryption(doc []byte) []byte {
	e, err := parseBucketEncryption(doc)
	if err != nil {
		return doc
	}
	return e.document()
}

func checkBucketEncryption(doc []byte) error {
	_, err := parseBucketEncryption(doc)
	return err
}

func checkWebsite(doc []byte) error {
	var d struct {
		XMLName xml.Name `xml:"WebsiteConfiguration"`
		Index   *struct {
			Suffix string `xml:"Suffix"`
		} `xml:"IndexDocument"`
		Error *struct {
			Key string `xml:"Key"`
		} `xml:"ErrorDocument"`
		Routing *struct {
			Rules []struct {
				Number   *int64 `xml:"RuleNumber"`
				Redirect *struct {
					Type   string `xml:"RedirectType"`
					Mirror string `xml:"MirrorURL"`
				} `xml:"Redirect"`
				Lua *struct{} `xml:"LuaConfig"`
			} `xml:"RoutingRule"`
		} `xml:"RoutingRules"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return err
	}
	if d.Index == nil && d.Error == nil && d.Routing == nil {
		return malformedXML()
	}
	// Clients send both elements empty beside routing rules.
	routed := d.Routing != nil && len(d.Routing.Rules) > 0
	if d.Index != nil && (d.Index.Suffix == "" && !routed || strings.Contains(d.Index.Suffix, "/")) {
		return invalidArgument("The index document suffix is not valid.")
	}
	if d.Error != nil && checkKey(d.Error.Key) != nil && (d.Error.Key != "" || !routed) {
		return invalidArgument("The error document key is not valid.")
	}
	if d.Routing != nil {
		for _, r := range d.Routing.Rules {
			if r.Number == nil || *r.Number < 1 || r.Redirect == nil && r.Lua == nil {
				return malformedXML()
			}
			if r.Redirect != nil && r.Redirect.Type == "Mirror" && r.Redirect.Mirror == "" {
				return invalidArgument("The MirrorURL of a redirect of type Mirror is not given.")
			}
		}
	}
	return nil
}

func checkReferer(doc []byte) error {
	var d struct {
		XMLName    xml.Name `xml:"RefererConfiguration"`
		AllowEmpty *bool    `xml:"AllowEmptyReferer"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return err
	}
	if d.AllowEmpty == nil {
		return malformedXML()
	}
	return nil
}

// logTarget is where the logs of a bucket go.
type logTarget struct {
	Bucket string `xml:"TargetBucket"`
	Prefix string `xml:"TargetPrefix"`
}

// parseLogging reads a <BucketLoggingStatus>; nil: there are to be no logs.
func parseLogging(doc []byte) (*logTarget, error) {
	if doc == nil {
		return nil, nil
	}
	var d struct {
		XMLName xml.Name   `xml:"BucketLoggingStatus"`
		Enabled *logTarget `xml:"LoggingEnabled"`
	}
	err := unmarshalDocument(doc, &d)
	return d.Enabled, err
}

func checkLogging(doc []byte) error {
	enabled, err := parseLogging(doc)
	if err != nil || enabled == nil {
		return err
	}
	if len(enabled.Prefix) > 32 {
		return invalidArgument("The logging prefix is longer than 32 bytes.")
	}
	if checkBucketName(enabled.Bucket) != nil {
		return invalidLogBucket()
	}
	return nil
}

// applyLogging looks for the bucket that the logs are to go to.
func applyLogging(b *bolt.Bucket, doc []byte) error {
	enabled, err := parseLogging(doc)
	if err == nil && enabled != nil && b.Tx().Bucket(rootBuckets).Bucket([]byte(enabled.Bucket)) == nil {
		return invalidLogBucket()
	}
	return err
}

func invalidLogBucket() *apiError {
	return newError(http.StatusBadRequest, "InvalidTargetBucketForLogging", "The target bucket for logging is not valid.")
}

func checkRequestPayment(doc []byte) error {
	var d struct {
		XMLName xml.Name `xml:"RequestPaymentConfiguration"`
		Payer   string   `xml:"Payer"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return err
	}
	if d.Payer != "BucketOwner" && d.Payer != "Requester" {
		return malformedXML()
	}
	return nil
}

func checkPolicy(doc []byte) error {
	var d struct {
		Version   string
		Statement []struct{ Effect string }
	}
	if err := json.Unmarshal(doc, &d); err != nil || d.Version != "1" || len(d.Statement) == 0 {
		return newError(http.StatusBadRequest, "InvalidPolicyDocument", "The policy document is not valid.")
	}
	for _, s := range d.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return newError(http.StatusBadRequest, "InvalidPolicyDocument", "The policy document has a statement without a valid effect.")
		}
	}
	return nil
}
