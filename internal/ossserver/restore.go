package ossserver

import (
	"encoding/xml"
	"net/http"
	"time"
)

// restoration is the time, in Unix seconds, for which an archived object can be
// read: from ready to end. The zero value is none.
type restoration struct{ ready, end int64 }

// state describes a restoration at a time, as x-oss-restore and <RestoreInfo>
// do; it is empty when there is none, or none any more.
func (r restoration) state(now time.Time) string {
	switch t := now.Unix(); {
	case t >= r.end:
		return ""
	case t < r.ready:
		return `ongoing-request="true"`
	default:
		return `ongoing-request="false", expiry-date="` + time.Unix(r.end, 0).UTC().Format(http.TimeFormat) + `"`
	}
}

// readable reports whether the object can be read at a time.
func (r restoration) readable(now time.Time) bool {
	return r.ready <= now.Unix() && now.Unix() < r.end
}

type restoreDocument struct {
	XMLName xml.Name `xml:"RestoreRequest"`
	Days    *int     `xml:"Days"`
	Tier    string   `xml:"JobParameters>Tier"`
}

// maxRestoreDocument bounds the body of RestoreObject.
const maxRestoreDocument = 64 << 10

// restoreTerms are how long a restoration takes, and for how long it holds.
type restoreTerms struct {
	takes time.Duration
	days  int
	tier  string
}

// parseRestore reads the body of RestoreObject, which may be empty.
func parseRestore(doc []byte) (days *int, tier string, err error) {
	if len(doc) == 0 {
		return nil, "", nil
	}
	var d restoreDocument
	if err := unmarshalDocument(doc, &d); err != nil {
		return nil, "", err
	}
	return d.Days, d.Tier, nil
}

// termsFor judges days and tier for a storage class. A restoration takes the
// longest time that the service names.
func termsFor(class string, days *int, tier string) (restoreTerms, error) {
	terms, most := restoreTerms{days: 1, tier: tier}, 365
	if days != nil {
		terms.days = *days
	}
	takes := map[string]time.Duration{"": time.Minute}
	switch class {
	case "Archive":
		most = 7
	case "ColdArchive":
		takes = map[string]time.Duration{"Expedited": time.Hour, "Standard": 5 * time.Hour, "Bulk": 12 * time.Hour}
	case "DeepColdArchive":
		takes = map[string]time.Duration{"Expedited": 12 * time.Hour, "Standard": 48 * time.Hour}
	}
	if class != "Archive" && tier == "" {
		terms.tier = "Standard"
	}
	var ok bool
	if terms.takes, ok = takes[terms.tier]; !ok && class != "Archive" {
		return terms, invalidArgument("The tier %q is not valid.", terms.tier)
	}
	if !ok || terms.days < 1 || terms.days > most {
		return terms, malformedXML()
	}
	return terms, nil
}

// restoreObject begins to restore an archived object, answered with 202, or
// prolongs the time in which a restored one can be read, answered with 200.
func (s *Server) restoreObject(c *call) error {
	doc, err := c.readDocument(maxRestoreDocument)
	if err != nil {
		return err
	}
	days, tier, err := parseRestore(doc)
	if err != nil {
		return err
	}
	var terms restoreTerms
	status := http.StatusAccepted
	o, err := s.editObject(c.target, func(o *objectRecord) error {
		if !isArchived(o.class) {
			e := newError(http.StatusBadRequest, "OperationNotSupported", "The operation is not supported for this resource")
			e.ec = "0016-00000702"
			return e
		}
		var err error
		if terms, err = termsFor(o.class, days, tier); err != nil {
			return err
		}
		now := s.now()
		lasts := time.Duration(terms.days) * 24 * time.Hour
		switch {
		case o.restored.readable(now):
			status = http.StatusOK
			o.restored.end = now.Add(lasts).Unix()
		case o.restored.state(now) != "":
			e := newError(http.StatusConflict, "RestoreAlreadyInProgress", "The restore operation is in progress.")
			e.ec = "0016-00000710"
			return e
		default:
			status = http.StatusAccepted
			ready := now.Add(terms.takes)
			o.restored = restoration{ready: ready.Unix(), end: ready.Add(lasts).Unix()}
		}
		return nil
	})
	if err != nil {
		return err
	}
	writeVersion(c.Header(), o)
	if terms.tier != "" {
		c.Header().Set("X-Oss-Object-Restore-Priority", terms.tier)
	}
	c.writeEmpty(status)
	return nil
}

// cleanRestoredObject ends the time in which a restored object can be read.
func (s *Server) cleanRestoredObject(c *call) error {
	_, err := s.editObject(c.target, func(o *objectRecord) error {
		switch now := s.now(); {
		case o.restored.readable(now):
			o.restored = restoration{}
			return nil
		case o.restored.state(now) != "":
			e := newError(http.StatusConflict, "ArchiveRestoreNotFinished", "The archive file's restore is not finished.")
			e.ec = "0016-00000719"
			return e
		default:
			return newError(http.StatusConflict, "ArchiveRestoreFileStale", "The archive file or restore info stale")
		}
	})
	if err != nil {
		return err
	}
	c.writeEmpty(http.StatusOK)
	return nil
}
