#!/bin/sh
# The recipes of src/RECIPES.md: its commands are run as they stand there, on small texts with the names that they use.
# A step for which a program is missing is skipped, and said so; what sgns writes for that program is checked all the same.
. "$ROOT/tests/cli/harness.sh"

RECIPES=$ROOT/src/RECIPES.md
mkdir "$TMPDIR/blocks" "$TMPDIR/bin" || exit 3
ln -s "$SGNS" "$TMPDIR/bin/sgns" || exit 3
cd "$TMPDIR" || exit 3

# blocks/titles has a line for each heading; blocks/N-M is the Mth block of commands below the Nth heading. A block that
# has a line with "$ " has output, too; that is left out.
awk -v folder=blocks '
    function flush(   i, line, shown, more, name) {
        if (!size) return
        name = sprintf("%s/%d-%d", folder, titles, ++blocks)
        for (i = 1; i <= size; i++) if (block[i] ~ /^\$ /) shown = 1
        for (i = 1; i <= size; i++) {
            line = block[i]
            if (!shown || more || line ~ /^\$ /) {
                if (!more) sub(/^\$ /, "", line)
                print line >name
                more = line ~ /\\$/
            }
        }
        close(name)
        size = 0
    }
    /^##+ / { flush(); titles++; blocks = 0; sub(/^#+ /, ""); print >(folder "/titles"); next }
    /^    / { block[++size] = substr($0, 5); next }
    { flush() }
    END { flush() }' "$RECIPES"

# --- programs that may be missing ---

# has_module NAME: bin/python3 is a Python that has it.
has_module() {
    for python in python3 /usr/bin/python3; do
        path=$("$python" -c "import importlib.util, sys
sys.exit(importlib.util.find_spec('$1') is None) or print(sys.executable)" 2>/dev/null) || continue
        path=$("$python" -c 'import sys; print(sys.executable)') || continue
        printf '#!/bin/sh\nexec "%s" "$@"\n' "$path" >"$TMPDIR/bin/python3"
        chmod +x "$TMPDIR/bin/python3"
        return 0
    done
    return 1
}

# segmenter NAME: in its place, a program that puts blanks around the words in the file `dictionary`, so that the test
# does not depend on another program's dictionary. It reads its last argument.
segmenter() {
    cat >"$TMPDIR/bin/$1" <<'END'
#!/bin/sh
for text; do :; done
awk 'FILENAME == "dictionary" { word[++words] = $0; next } { for (i = 1; i <= words; i++) gsub(word[i], " & "); print }' \
    dictionary "$text"
END
    chmod +x "$TMPDIR/bin/$1"
}

# provide BLOCK: all programs that it needs are there; if not, $missing says what is not.
provide() {
    rm -f "$TMPDIR/bin/python3"
    for pair in 'apt-get:the network' 'word2vec -train:word2vec.c' 'createdb:a server of PostgreSQL'; do
        missing=${pair#*:}
        grep -q "^${pair%%:*}" "$1" && return 1
    done
    for pair in '[.]xz:xz' '[.]zst:zstd' '[.]bz2:bzip2' '^sqlite3:sqlite3' '^duckdb:duckdb'; do
        missing=${pair#*:}
        ! grep -q "${pair%%:*}" "$1" || command -v "$missing" >/dev/null 2>&1 || return 1
    done
    for missing in numpy gensim spacy; do
        ! grep -Eq "(import|from|-m) $missing" "$1" || has_module "$missing" || return 1
    done
    ! grep -q '^mecab' "$1" || segmenter mecab
    ! grep -q '^python3 -m jieba' "$1" || segmenter python3
}

# --- texts ---

# talk LINES TOPIC...: sentences of eight words, each of one topic, a list of words.
talk() {
    awk 'BEGIN {
        seed = 7
        for (line = 0; line < ARGV[1]; line++) {
            size = split(ARGV[2 + line % (ARGC - 2)], words, " ")
            for (i = 0; i < 8; i++) {
                seed = (seed * 16807) % 2147483647
                printf "%s%s", words[1 + int(seed / 1000) % size], i < 7 ? " " : "\n"
            }
        }
    }' "$@"
}

animals='cat dog mouse horse cow sheep goat hen duck goose pig rabbit'
persons='king queen prince princess duke crown throne palace court castle realm heir'
ja_1='東京 大阪 京都 日本 電車'
ja_2='食べる 寿司 ご飯 味噌汁 料理'
zh_1='北京 上海 城市 中国 火车'
zh_2='吃饭 米饭 面条 好吃 厨师'
ar_1='كتاب مكتبة قلم مدرسة طالب'
ar_2='خبز ماء تفاح سوق طعام'
hi_1='किताब क़लम विद्यालय छात्र शिक्षक'
hi_2='रोटी पानी सेब बाज़ार भोजन'

# topic MODEL WORD WORDS: the three nearest to WORD are among WORDS.
topic() {
    run 0 "$SGNS" near "$1" -k 3 --format tsv "$2" || return 1
    awk -F '\t' -v words=" $3 " '{ seen++ } !index(words, " " $2 " ") { bad = 1 } END { exit bad || seen != 3 }' "$out" && return 0
    cat "$out" >&2
    return 1
}

# knows MODEL WORDS: these are all of its words.
knows() {
    "$SGNS" export "$1" -f glove | cut -d ' ' -f 1 | sort >words.got
    echo "$2" | tr ' ' '\n' | sort | cmp - words.got
}

prepare() { # TITLE: the files that its commands read
    case $1 in
    'A folder of files')
        mkdir -p texts/more && talk 200 "$animals" >texts/a.txt && talk 200 "$persons" >texts/more/b.txt
        echo hidden hidden hidden hidden hidden hidden >texts/.c && cp texts/a.txt notes.txt && cp notes.txt book.txt
        ;;
    'Compressed text')
        talk 200 "$animals" | gzip >corpus.txt.gz
        for packed in xz:xz zst:zstd bz2:bzip2; do
            ! command -v "${packed#*:}" >/dev/null 2>&1 || talk 200 "$persons" | "${packed#*:}" -c >"more.txt.${packed%:*}"
        done
        ;;
    Phrases) phrase_text >corpus.txt ;;
    German) talk 300 'Straße Weg Gasse Platz Straße' 'Essen Brot Käse Kuchen Öl' 'essen trinken kochen backen' >de.txt ;;
    'Words never seen'*)
        talk 400 'Zeichenkette Zeichenketten Länge Längen Zeichen' 'Umgebungsvariable Umgebungsvariablen Namen' \
            'Verzeichnis Verzeichnisse Wechsel Verzeichniswechsel' >de.txt
        talk 100 "$animals" >c.txt && "$SGNS" train c.txt -o c.sgns -q && "$SGNS" export c.sgns -f glove -o glove.txt
        printf 'horse\nhorses\n' >list.txt
        ;;
    'Japanese and Chinese')
        talk 300 "$ja_1" "$ja_2" | sed 's/ //g; s/$/。/' >ja.txt
        talk 300 "$zh_1" "$zh_2" | sed 's/ //g; s/$/。/' >zh.txt
        echo "$ja_1 $ja_2 $zh_1 $zh_2" | tr ' ' '\n' >dictionary
        ;;
    Arabic) talk 300 "$ar_1 كِتَاب كتـاب" "$ar_2" | sed 's/$/؟/' >ar.txt ;;
    Hindi) talk 300 "$hi_1" "$hi_2" | sed 's/$/।/' >hi.txt ;;
    'Comparing two corpora')
        talk 1200 "$animals mouse" "$persons" >old.txt && talk 1200 "${animals%mouse*} ${animals#*mouse}" "$persons mouse" >new.txt
        ;;
    'Near-duplicate lines')
        talk 300 "$animals" "$persons" >corpus.txt && "$SGNS" train corpus.txt -o words.sgns -q
        printf '%s\n' 'The cat, the dog and a mouse.' 'king queen duke' 'a dog the MOUSE and the cat' 'king queen duke' \
            'horse cow sheep' >lines.txt
        ;;
    'Vectors in other programs') talk 300 "$animals" "$persons" >corpus.txt ;;
    gensim | spaCy | NumPy | Post* | DuckDB | SQLite* | 'The TensorBoard projector')
        "$SGNS" train ../corpus.txt -o words.sgns -q
        ;;
    'Options of'*) talk 300 "$animals" "$persons" >corpus.txt ;;
    *) return 1 ;;
    esac
}
phrase_text() {
    awk 'BEGIN {
        seed = 3
        for (line = 0; line < 3000; line++) {
            for (i = 0; i < 6; i++) {
                seed = (seed * 16807) % 2147483647
                draw = int(seed / 1000) % 1000
                printf "%s ", draw < 3 ? "New York City" : draw < 6 ? "New York" : "w" int(draw / 4)
            }
            print "the."
        }
    }'
}
