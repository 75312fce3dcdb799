package ossserver

import (
	"net/http"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// usage counts what a bucket holds.
type usage struct {
	objects, bytes int64
}

// bucketStat is what GetBucketStat tells. Older versions count as objects.
type bucketStat struct {
	classes map[string]usage
	markers int64
	uploads int64
	parts   int64
}

// getBucketStat counts anew for each request, where the service tells numbers
// of the last hour. The time it takes grows with the number of objects.
func (s *Server) getBucketStat(c *call) error {
	stat := bucketStat{classes: make(map[string]usage)}
	err := s.store.view(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		return stat.count(b)
	})
	if err != nil {
		return err
	}
	w := newDocument()
	stat.write(w, s.now().Unix())
	c.writeXML(http.StatusOK, w.bytes())
	return nil
}

func (t *bucketStat) count(b *bolt.Bucket) error {
	for _, inner := range [][]byte{inObjects, inVersions} {
		err := b.Bucket(inner).ForEach(func(_, record []byte) error {
			o, _, err := decodeListed(record)
			if err != nil {
				return err
			}
			if o.kind == kindMarker {
				t.markers++
				return nil
			}
			u := t.classes[o.class]
			t.classes[o.class] = usage{u.objects + 1, u.bytes + o.size}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := b.Bucket(inUploads).ForEach(func(_, _ []byte) error { t.uploads++; return nil }); err != nil {
		return err
	}
	return b.Bucket(inParts).ForEach(func(_, _ []byte) error { t.parts++; return nil })
}

func (t *bucketStat) write(w *xmlWriter, now int64) {
	var all usage
	for _, u := range t.classes {
		all.objects, all.bytes = all.objects+u.objects, all.bytes+u.bytes
	}
	w.open("BucketStat")
	w.number("Storage", all.bytes)
	w.number("ObjectCount", all.objects)
	w.number("MultipartUploadCount", t.uploads)
	w.number("MultipartPartCount", t.parts)
	w.number("DeleteMarkerCount", t.markers)
	w.number("LiveChannelCount", 0)
	w.number("LastModifiedTime", now)
	w.number("StandardStorage", t.classes[classStandard].bytes)
	w.number("StandardObjectCount", t.classes[classStandard].objects)
	for _, class := range []string{"IA", "Archive", "ColdArchive", "DeepColdArchive"} {
		name := strings.Replace(class, "IA", "InfrequentAccess", 1)
		w.number(name+"Storage", t.classes[class].bytes)
		w.number(name+"RealStorage", t.classes[class].bytes)
		w.number(name+"ObjectCount", t.classes[class].objects)
	}
	w.end("BucketStat")
}
