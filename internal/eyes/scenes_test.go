package eyes

import (
	"time"

	"github.com/osssync/osssync/internal/watch"
)

// scene is a watch as it may be met.
type scene struct {
	name, headline string
	mappings       func() []watch.MappingStatus
}

var scenes = []scene{
	{"in-sync", "All 3 mappings are in sync", sceneInSync},
	{"working", "1 working, 1 settling, 1 in sync", sceneWorking},
	{"degraded", "1 degraded, 2 in sync", sceneDegraded},
	{"halted", "1 halted, 1 failing, 1 in sync", sceneHalted},
}

func sceneInSync() []watch.MappingStatus {
	now := time.Now()
	site, photos, models := mappingOf("site", watch.InSync), mappingOf("photos", watch.InSync), mappingOf("models", watch.InSync)
	models.Direction, models.Local, models.Remote, models.Watching = "pull", "/data/models", "oss://acme-models/current/", false
	models.Counts = watch.Counts{Downloaded: 42, Bytes: 81 << 30, Passes: 160}
	models.Extra = 2
	photos.Counts = watch.Counts{Uploaded: 88120, Bytes: 412 << 30, Passes: 160, Batches: 2210}
	for i, c := range []watch.Change{
		{Action: "upload", Path: "assets/logo.svg", Reason: "new at the source", Outcome: "done", Bytes: 4210},
		{Action: "upload", Path: "docs/guide/getting-started/installation-on-a-machine-without-network.html", Reason: "content differs", Outcome: "done", Bytes: 18_340},
		{Action: "set-meta", Path: "index.html", Reason: "headers differ", Outcome: "done"},
		{Action: "delete-remote", Path: "old/page.html", Reason: "gone at the source", Outcome: "done"},
		{Action: "upload", Path: "evil\u202egpj.exe", Reason: "new at the source", Outcome: "done", Bytes: 900},
	} {
		c.Time = now.Add(time.Duration(i-6) * time.Minute)
		site.Changes = append(site.Changes, c)
	}
	return []watch.MappingStatus{site, photos, models}
}

func sceneWorking() []watch.MappingStatus {
	all := sceneInSync()
	photos := &all[1]
	photos.State, photos.Since = watch.Working, time.Now().Add(-48*time.Second)
	photos.Done, photos.Total = watch.Amount{Actions: 412, Bytes: 1907 << 20}, watch.Amount{Actions: 1280, Bytes: 6100 << 20}
	photos.Pending = 17
	for i, path := range []string{
		"2026/11/IMG_20261122_181530.dng", "2026/11/IMG_20261122_181544.dng", "2026/11/a day at the sea/Ein sehr langer Name mit Umläuten äöü und noch mehr.mov",
		"2026/11/Θάλασσα.heic", "2026/11/IMG_20261122_181602.dng", "2026/11/IMG_20261122_181610.dng", "2026/11/x", "2026/11/y",
	} {
		photos.InFlight = append(photos.InFlight, watch.Transfer{Path: path, Done: int64(3+7*i) << 20, Total: 64 << 20})
	}
	all[0].State, all[0].Since, all[0].Pending = watch.Settling, time.Now().Add(-time.Second), 3
	return all
}

func sceneDegraded() []watch.MappingStatus {
	all := sceneInSync()
	photos := &all[1]
	photos.State, photos.Since, photos.Watching = watch.Degraded, time.Now().Add(-2*time.Hour), false
	photos.Reason = `not every folder can be watched: watch "2019/08": no space left on device`
	photos.Hint = "changes are found by the rescan; on Linux raise fs.inotify.max_user_watches and max_user_instances"
	photos.Kept = 3
	return all
}

func sceneHalted() []watch.MappingStatus {
	now := time.Now()
	all := sceneInSync()
	photos, models := &all[1], &all[2]
	photos.State, photos.Since = watch.Stopped, now.Add(-11*time.Minute)
	photos.Reason = `the root "/srv/photos" is empty, and 88120 objects are at oss://acme/photos/`
	photos.Hint = "nothing was changed; it goes on by itself when files are there. If it is meant to be empty, use `osssync apply`"
	photos.Errors = []watch.Failure{
		{Time: now.Add(-3 * time.Hour), Kind: "remote", Error: `list "photos/" page 3: PUT https://acme.oss-cn-hangzhou.aliyuncs.com: connection reset by peer`, Hint: "the service or the way to it; it is tried again"},
		{Time: now.Add(-time.Minute), Kind: "guard", Error: photos.Reason, Hint: photos.Hint, Repeat: 5},
	}
	models.State, models.Since = watch.BackingOff, now.Add(-40*time.Second)
	models.Reason = "2 of 5 changes failed: write \"/data/models/llm-70b.safetensors\": no space left on device"
	models.Hint = "make room on the disk; what was fetched so far is kept"
	models.Errors = []watch.Failure{{Time: now.Add(-40 * time.Second), Kind: "disk", Error: models.Reason, Hint: models.Hint, Repeat: 2}}
	models.Changes = []watch.Change{{
		Time: now.Add(-40 * time.Second), Action: "download", Path: "llm-70b.safetensors", Reason: "new at the source", Outcome: "failed", Bytes: 12 << 30,
		Error: "no space left on device",
	}}
	return all
}
