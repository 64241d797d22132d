#!/bin/sh
# The recipes of src/RECIPES.md: its commands are run as they stand there, on small texts with the names that they use.
# A step for which a program is missing is skipped, and said so; what sgns writes for that program is checked all the same.
. "$ROOT/tests/cli/harness.sh"

RECIPES=$ROOT/src/RECIPES.md
mkdir "$TMPDIR/blocks" "$TMPDIR/bin" || exit 3
ln -s "$SGNS" "$TMPDIR/bin/sgns" || exit 3
cd "$TMPDIR" || exit 3

# blocks/titles has a line for each heading; blocks/N-M is the Mth block of commands below the Nth heading. A block that
# begins with "$ " has output, too, which may have empty lines and is left out.
awk -v folder=blocks '
    function flush(   i, line, shown, more, name) {
        if (!size) return
        name = sprintf("%s/%d-%d", folder, titles, ++blocks)
        shown = block[1] ~ /^\$ /
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
    size && block[1] ~ /^\$ / && /^$/ { next }
    { flush() }
    END { flush() }' "$RECIPES"

# --- programs that may be missing ---

# has_module NAME: bin/python3 is a Python that has it.
has_module() {
    for python in python3 /usr/bin/python3; do
        path=$("$python" -c "import importlib.util, sys
importlib.util.find_spec('$1') or sys.exit(1)
print(sys.executable)" 2>/dev/null) || continue
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
    awk -F '\t' -v words=" $3 " '{ seen++ } !index(words, " " $2 " ") { bad = 1 } END { exit bad || seen != 3 }' "$out" &&
        return 0
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
        talk 300 "$ja_1" "$ja_2" | sed 's/ /、/4; s/ //g; s/$/。/' >ja.txt
        talk 300 "$zh_1" "$zh_2" | sed 's/ /，/4; s/ //g; s/$/。/' >zh.txt
        echo "$ja_1 $ja_2 $zh_1 $zh_2" | tr ' ' '\n' >dictionary
        ;;
    Arabic) talk 300 "$ar_1 كِتَاب كتـاب" "$ar_2" | sed 's/$/؟/' >ar.txt ;;
    Hindi) # half of it has qa as one code point
        qa=$(printf '\340\244\225\340\244\274') one=$(printf '\340\245\230')
        talk 300 "$hi_1" "$hi_2" | sed "1,150s/$qa/$one/g; s/\$/।/" >hi.txt
        ;;
    'Comparing two corpora')
        talk 1200 "$animals mouse" "$persons" >old.txt
        talk 1200 "${animals%mouse*} ${animals#*mouse}" "$persons mouse" >new.txt
        ;;
    'Near-duplicate lines')
        talk 300 "$animals" "$persons" 'sun moon star sky' >corpus.txt && "$SGNS" train corpus.txt -o words.sgns -q
        printf '%s\n' 'The cat, the dog and a mouse.' 'king queen duke' 'a dog the MOUSE and the cat' 'king queen duke' \
            'star and sky' >lines.txt
        ;;
    'Vectors in other programs') ;;
    gensim | spaCy | NumPy | Post* | DuckDB | SQLite* | 'The TensorBoard projector')
        talk 300 "$animals" "$persons" >corpus.txt && "$SGNS" train corpus.txt -o words.sgns -q
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

# --- what must be there after a recipe ---

same_words() { "$SGNS" train texts/a.txt texts/more/b.txt -o both.sgns -q && knows both.sgns "$animals $persons"; }
unpacked() {
    run 0 "$SGNS" train corpus.txt.gz -o words.sgns &&
        grep -qx "$(sed -n 's/^    \(1 file was .*\)/\1/p' "$RECIPES")" "$err"
}
joined() {
    "$SGNS" near words.sgns -k 1 new york >near.got && "$SGNS" near words.sgns -k 1 new york city >city.got &&
        "$SGNS" export words.sgns -f glove | cut -d ' ' -f 1 | grep -qx 'new_york' &&
        awk -F '\t' '{ print $1 }' phrases.tsv | grep -qx 'new_york city'
}
two_cases() { "$SGNS" vector de-case.sgns Essen >a && "$SGNS" vector de-case.sgns essen >b && ! cmp -s a b; }
decomposed() { # a u and an umlaut of its own
    [ "$("$SGNS" vector de.sgns "$(printf '\303\226l')")" = "$("$SGNS" vector de.sgns "$(printf 'O\314\210l')")" ]
}
warned() {
    run 0 "$SGNS" train ja.txt -o unsegmented.sgns --min-count 1 --epochs 1 &&
        tr '\n' ' ' <"$RECIPES" | grep -qF "\"$(sed -n 's/^sgns train: \(the text seems.*\)/\1/p' "$err")\""
}
plain_arabic() { knows ar-plain.sgns "$ar_1 $ar_2" && knows ar.sgns "$ar_1 $ar_2 كِتَاب كتـاب"; }
moved_first() { awk -F '\t' 'NR == 1 { exit $2 != "mouse" }' "$1"; }
unique() { [ "$(sed -n '1p;2p;5p' lines.txt)" = "$(cat unique.txt)" ]; }
# rows FILE AWK-CONDITION: it holds for each line of FILE, of which there is one at least.
rows() {
    awk -F "${3:- }" "{ seen++ } !($2) { bad = 1; exit } END { exit bad || !seen }" "$1" && return 0
    head -n 3 "$1" >&2
    return 1
}
# How many words the exported models have.
sizes() { echo "$animals $persons" | wc -w; }

# shellcheck disable=SC2016 # conditions of awk, which has dollars of its own
inspect() { # TITLE
    case $1 in
    'A folder of files')
        check "$1: all words, and none of the hidden file" same_words
        check "$1: find does the same" knows words.sgns "$animals"
        ;;
    'Compressed text')
        check "$1: the pipe's words" knows words.sgns "$animals"
        check "$1: says so" unpacked
        ;;
    Phrases) check "$1: new york is a word, and new york city" joined ;;
    German)
        check "$1: neighbors" topic de.sgns straße 'weg gasse platz'
        check "$1: Essen is not essen" two_cases
        check "$1: as food and as cooking" topic de-case.sgns essen 'trinken kochen backen'
        check "$1: umlauts" decomposed
        ;;
    'Words never seen'*) check "$1: the list's vectors" rows list.glove '(NR > 1 || $1 == "horse") && NF == 101' ;;
    'Japanese and Chinese')
        check "$1: what happens otherwise" warned
        check "$1: words of Japanese" knows ja.sgns "$ja_1 $ja_2"
        check "$1: neighbors in Japanese" topic ja.sgns 東京 "$ja_1"
        check "$1: words of Chinese" knows zh.sgns "$zh_1 $zh_2"
        check "$1: neighbors in Chinese" topic zh.sgns 米饭 "$zh_2"
        ;;
    Arabic)
        check "$1: signs and tatweel are gone" plain_arabic
        check "$1: neighbors" topic ar-plain.sgns قلم "$ar_1"
        ;;
    Hindi)
        check "$1: words keep their marks" knows hi.sgns "$hi_1 $hi_2"
        check "$1: neighbors" topic hi.sgns पानी "$hi_2"
        ;;
    'Comparing two corpora')
        check "$1: the word that changed is first by neighbors" moved_first kept.tsv
        check "$1: and by vectors" moved_first cosines.tsv
        ;;
    'Near-duplicate lines')
        check "$1: one of each kind" unique
        check "$1: a vector for each line" rows line-vectors.tsv 'NF == 100' '\t'
        ;;
    'Vectors in other programs') ;;
    gensim) check "$1: binary" test "$(head -n 1 words.bin)" = "$(sizes) 100" ;;
    spaCy) check "$1: text" rows words.txt "NR == 1 ? \$1 == $(sizes) && \$2 == 100 : NF == 101" ;;
    NumPy) check "$1: words" test "$(wc -l <words.npy.vocab)" -eq "$(sizes)" ;;
    Post*) check "$1: SQL" rows words.sql 'NR != 2 && NR != 3 || /^C(REATE TABLE.* word_vectors |OPY word_vectors )/' ;;
    DuckDB) check "$1: JSON" rows words.jsonl '/^[{]"word": ?"[a-z]+", ?"vector": ?\[[-0-9.,e]+\][}]$/' ;;
    SQLite*) check "$1: rows" rows words.tsv 'NF == 3 && $2 == 1 + (NR - 1) % 100' '\t' ;;
    'The TensorBoard projector')
        check "$1: vectors" rows words.vectors.tsv 'NF == 100' '\t'
        check "$1: words" test "$(wc -l <words.metadata.tsv)" -eq "$(sizes)"
        ;;
    'Options of'*)
        table
        check "$1: word2vec's text" rows words.txt "NR == 1 ? \$1 == $(sizes) && \$2 == 200 : NF == 201"
        ;;
    esac
}

# --- the table of options ---

# table: what sgns answers to each option of the table is what the last column says.
table() {
    sed -n 's/^| \(.*\) |$/\1/p' "$RECIPES" | awk -F ' *[|] *' '/^word2vec.c/ { on = 1; next } on && !/^-/ {
        for (i = 1; i <= 3; i++) {
            count = split($i, names, /[^A-Za-z_-]+/)
            ours = match($4, /^`--[a-z-]+`(,|$)/) ? substr($4, 2, index(substr($4, 2), "`") - 1) : "-"
            for (j = 1; j <= count; j++) if (names[j] != "") print names[j], ours
        }
    }' >options
    check "the table of options is found" test "$(wc -l <options)" -gt 60
    while read -r theirs ours; do
        check "$theirs is $ours" called "$theirs" "$ours"
    done <options
}
called() {
    case $1 in -*) option=$1 ;; *) option=-$1 ;; esac
    run 2 "$SGNS" train corpus.txt "$option" 5 || return 1
    if [ "$2" = - ]; then
        ! grep -Eq 'here it is|did you mean|--help lists' "$err"
    else
        grep -q "here it is $2\$" "$err"
    fi
}

# --- all of it ---

# runs BLOCK: from the folder of its recipe.
runs() {
    PATH=$TMPDIR/bin:$PATH sh -e "$1" >"$out" 2>"$err" </dev/null && return 0
    head -n 5 "$err" >&2
    return 1
}
recipe() { # NUMBER TITLE
    for block in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
        script=$TMPDIR/blocks/$1-$block
        [ -e "$script" ] || break
        if provide "$script"; then
            check "$2: commands, part $block" runs "$script"
            case $2 in gensim | NumPy | DuckDB | SQLite*) answered "$script" "$2" ;; esac
        else
            echo "ok $2: commands, part $block, skipped: it needs $missing"
        fi
    done
}
# answered BLOCK TITLE: what other programs find nearest to king has to do with it.
answered() {
    ! grep -q king "$1" ||
        check "$2: neighbors" grep -Eq 'queen|prince|duke|crown|throne|palace|court|castle|realm|heir' "$out"
}
number=0
while read -r title; do
    number=$((number + 1))
    mkdir "$TMPDIR/$number" && cd "$TMPDIR/$number" || exit 3
    check "$title: has a test" prepare "$title"
    recipe "$number" "$title"
    inspect "$title"
done <"$TMPDIR/blocks/titles"
check "recipes are found" test "$number" -gt 10
finish
