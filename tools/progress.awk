# Shows how far `go build -v` is: counts the packages that it names, hands on all
# other lines, and ends as the last line, "status N", says.
#
#   { go build -v ... 2>&1; echo "status $?"; } | awk -v tty=1 -f tools/progress.awk
#
# On a terminal one line counts; elsewhere there is a line for each 100 packages,
# and none for a build that has next to nothing to do.

function count(text) {
	if (tty) printf "\r%s\033[K", text > "/dev/stderr"
	else if (text != "") print text > "/dev/stderr"
}

/^go: downloading / { downloads++; if (tty) count(building()); next }
/^status [0-9]+$/ { status = $2; next }
/^[^ :]+$/ { packages++; if (tty || packages % 100 == 0) count(building()); next }
{ if (tty) count(""); print > "/dev/stderr" }

function building() {
	return "building: " (downloads ? downloads " modules downloaded, " : "") packages + 0 " packages compiled"
}

END {
	if (tty && (packages || downloads)) count("")
	exit status
}
