# What the words of a container's command tell.
package lib.commands

# A program, and the word of its command that makes it serve developers.
development := [
	{"program": `.`, "word": `(^|\s)--reload(=true)?(\s|$)`, "said": "reloads code that changes"},
	{"program": `(^|[\s/])flask(\s|$)`, "word": `(^|\s)--debug(\s|$)`, "said": "runs Flask's debugger"},
	{
		"program": `manage\.py|django-admin`,
		"word": `(^|\s)runserver(_plus)?(\s|$)`,
		"said": "runs Django's development server",
	},
	{"program": `(^|[\s/])fastapi(\s|$)`, "word": `(^|\s)dev(\s|$)`, "said": "runs FastAPI in development mode"},
]

line(container) := concat(" ", [word.text | some word in container.command])

# Programs that have such a mode.
servers := `(^|[\s/])(flask|fastapi|uvicorn|gunicorn|hypercorn|granian|daphne)(\s|$)|manage\.py|django-admin|--reload`

serves(container) if {
	container.command != []
	regex.match(servers, line(container))
}

# Words that put a program into a mode for developers, with what they do.
faults(container) := {fault |
	serves(container)
	some mode in development
	regex.match(mode.program, line(container))
	some word in container.command
	regex.match(mode.word, word.text)
	fault := {"at": word.at, "said": mode.said}
}
