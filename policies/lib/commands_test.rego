package lib.commands_test

import data.lib.commands

container(words) := {"command": [{"text": word, "at": [word]} | some word in words]}

test_development_modes_are_found_in_words_and_lines if {
	every words, at in {
		["uvicorn", "app.main:app", "--reload"]: "--reload",
		["uvicorn app.main:app --reload --port 8000"]: "uvicorn app.main:app --reload --port 8000",
		["sh", "-c", "alembic upgrade head && uvicorn app:app --reload"]: "alembic upgrade head && uvicorn app:app --reload",
		["gunicorn", "--reload", "app"]: "--reload",
		["flask", "run", "--debug"]: "--debug",
		["/venv/bin/flask", "--debug", "run"]: "--debug",
		["python", "manage.py", "runserver", "0.0.0.0:8000"]: "runserver",
		["fastapi", "dev", "main.py"]: "dev",
	} {
		{fault.at | some fault in commands.faults(container(words))} == {[at]}
	}
}

test_servers_without_such_a_mode_are_clean_but_looked_at if {
	every words in [
		["uvicorn", "app.main:app"],
		["fastapi", "run", "main.py"],
		["uvicorn", "app:app", "--reload=false"],
		["python", "manage.py", "migrate"],
		["gunicorn", "--workers", "4", "app"],
	] {
		commands.faults(container(words)) == set()
		commands.serves(container(words))
	}
}

test_other_programs_are_not_looked_at if {
	every words in [[], ["postgres", "-c", "log_level=debug"], ["npm", "start"], ["prometheus", "--reload-url=x"]] {
		commands.faults(container(words)) == set()
	}
	not commands.serves(container(["npm", "start"]))
	not commands.serves(container([]))
}
