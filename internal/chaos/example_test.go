package chaos

import "fmt"

func ExampleLevelOf() {
	level, err := LevelOf("pr")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(level.Schedules, "schedules")
	// Output: 2000 schedules
}

func Example() {
	story, err := parseSchedule("push,managed,page=0,workers=1; local+a=204801 !UploadPart#2/after/close; local-a wait=2h")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(story.steps), "applies, the first with", story.steps[0].faults[0])
	// Output: 2 applies, the first with UploadPart#2/after/close
}
