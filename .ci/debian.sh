# Sourced by what may have to install something: packages of Debian, where they are missing.

debian_install() {
    local root=()
    if [ "$(id -u)" -ne 0 ]; then root=(sudo -n); fi
    echo "installing $* with apt-get"
    "${root[@]}" apt-get update -q && "${root[@]}" apt-get install -qy --no-install-recommends "$@"
}

# cargo links with the C compiler.
command -v cc > /dev/null || debian_install gcc libc6-dev
