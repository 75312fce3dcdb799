// Package chaos breaks everything around a run of osssync, in every way that is
// known to happen, and asks after each run whether anything was lost, or lied
// about. It is a harness for tests: nothing in the program imports it.
//
// A world is a tree, a state folder and a bucket behind a server in this process,
// with canaries around both sides. Between client and server stands a wire, which
// knows the catalogue of faults: connections that are refused, reset or freeze,
// answers that are lost after the commit, refusals, pages of proxies, cut and
// altered bodies, listings that repeat, skip or go round, redirects, clocks that
// are off. In builds with the tag failpoint every call to the local disk can
// fail too.
//
// A schedule is a story as data, in one line of text: a scene, and steps of
// outside edits, an apply, and its faults.
//
//	pull,all,page=2,workers=1; remote+a=300 remote+b=5 !ListObjects#2/header/page-missing; remote-a
//
// That is a pull with prune: all, in listings of two entries; two objects are put,
// an apply is made whose second listing of objects skips a page; then an object is
// removed, and another apply is made. Where a schedule ends, faults stop.
//
// The oracle has nine points, each a function with its letter in its name:
//
//	(a) nothing is lost but what a plan deletes or replaces
//	(b) what is deleted was in the plan, is truly absent at the source, and
//	    policy, order and guards allow it
//	(c) each object and file has one whole content that somebody wrote there
//	(d) nothing outside tree and prefix is touched
//	(e) what the run reports is so
//	(f) once faults stop, two applies converge and nothing is due after them
//	(g) each fault costs one part at most to be sent again
//	(h) no goroutine, descriptor, temporary file, checkpoint or upload is left
//	(i) the secret is in no output and no file
//
// Five tests play schedules: TestSchedules random ones, TestSingleFaults every
// fault in every request of every scenario, TestDiskFaults every error in every
// call to the disk (with -tags failpoint), TestKnown those that a known bug does not
// survive, and TestMachine a random walk whose moves are more than schedules have; of
// power losses and mounts package powerloss and the tests of package plan take
// care. The environment variable CHAOS says how many, see [Level]. What fails is
// printed as a schedule made as small as it gets, and is played again by
//
//	OSSSYNC_SCHEDULE='...' go test -run TestSchedules ./internal/chaos
//
// Time is that of testing/synctest: a stalled request, a pause between attempts
// or a day between two runs takes no time.
package chaos
