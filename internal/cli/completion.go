package cli

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// withoutBashCompletion replaces what cobra's script needs of the bash-completion
// package, if that isn't loaded: the words of the line, not split at = and :, and the
// names of files.
const withoutBashCompletion = `
if ! declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
__fasttrack_init_completion()
{
    COMPREPLY=()
    local line=${COMP_LINE:0:COMP_POINT}
    read -r -a words <<<"${line}"
    if [[ ${#words[@]} -eq 0 || ${line} == *[[:space:]] ]]; then
        words+=("")
    fi
    cword=$((${#words[@]} - 1))
    cur=${words[cword]}
    prev=""
    if ((cword > 0)); then
        prev=${words[cword - 1]}
    fi
}
fi

__fasttrack_filedir()
{
    if declare -F _filedir >/dev/null 2>&1; then
        _filedir "$@"
    elif [[ ${1-} == -d ]]; then
        mapfile -t COMPREPLY < <(compgen -d -- "${cur}")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "${cur}")
    fi
}
`

// adjustCompletion makes the bash script work without the bash-completion package.
func adjustCompletion(root *cobra.Command) {
	bash, _, err := root.Find([]string{"completion", "bash"})
	if err != nil || bash.Name() != "bash" {
		return
	}
	bash.Long = `Generate the completion script for bash 4.4 or newer. It needs no other package.

Load it in this shell:

  source <(fasttrack completion bash)

Load it in every shell, on Linux and on macOS:

  fasttrack completion bash > ~/.local/share/bash-completion/completions/fasttrack   # with the bash-completion package
  echo 'source <(fasttrack completion bash)' >> ~/.bashrc                             # without`
	bash.RunE = func(cmd *cobra.Command, _ []string) error {
		plain, err := cmd.Flags().GetBool("no-descriptions")
		if err != nil {
			return err
		}
		var script bytes.Buffer
		if err := root.GenBashCompletionV2(&script, !plain); err != nil {
			return err
		}
		_, err = io.WriteString(root.OutOrStdout(), bashScript(script.String()))
		return err
	}
}

// bashScript inserts the replacement before the end of cobra's script, which registers
// the completion.
func bashScript(cobras string) string {
	cobras = strings.NewReplacer("$(_filedir ", "$(__fasttrack_filedir ", `"_filedir $fullFilter"`, `"__fasttrack_filedir $fullFilter"`,
		" _filedir", " __fasttrack_filedir").Replace(cobras)
	const registers = "if [[ $(type -t compopt) = \"builtin\" ]]; then\n    complete "
	at := strings.LastIndex(cobras, registers)
	if at < 0 {
		at = len(cobras)
	}
	return cobras[:at] + strings.TrimLeft(withoutBashCompletion, "\n") + "\n" + cobras[at:]
}
