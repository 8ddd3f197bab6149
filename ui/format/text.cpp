#include "ui/format/text.h"

namespace runnel::ui {

QString tamed(std::string_view text, int most) {
    QString out;
    for (const QChar c : qs(text)) {
        if (out.size() >= most) {
            out += QChar(0x2026);
            break;
        }
        const auto category = c.category();
        // Format characters could turn the order of what stands around them, and these separators
        // break a line as a control character does.
        const bool breaks =
            category == QChar::Separator_Line || category == QChar::Separator_Paragraph;
        if (breaks || category == QChar::Other_Control || category == QChar::Other_Format) {
            if (!out.isEmpty() && !out.back().isSpace()) out += u' ';
            continue;
        }
        out += c;
    }
    return out.trimmed();
}

QString breakable(const QString& text) {
    QString out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        out += text[i];
        if (i % 4 == 3) out += QChar(0x200b);
    }
    return out;
}

QString shortened(const QString& id, int head, int tail) {
    if (id.size() <= head + tail + 1) return id;
    return id.left(head) + QChar(0x2026) + id.right(tail);
}

}  // namespace runnel::ui
