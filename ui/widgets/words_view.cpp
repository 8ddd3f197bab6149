#include "ui/widgets/words_view.h"

#include "ui/style/theme.h"
#include "ui/widgets/secret_edit.h"

#include <QAccessibleWidget>
#include <QPainter>

#include <algorithm>

namespace runnel::ui {

namespace {

/// Builds the spoken words when they are asked for and keeps none.
class SpokenWords final : public QAccessibleWidget {
public:
    explicit SpokenWords(WordsView* view) : QAccessibleWidget(view, QAccessible::StaticText) {}
    QString text(QAccessible::Text kind) const override {
        if (kind == QAccessible::Name) return static_cast<WordsView*>(widget())->spelled();
        return QAccessibleWidget::text(kind);
    }
};

QAccessibleInterface* spokenWords(const QString&, QObject* object) {
    auto* const view = qobject_cast<WordsView*>(object);
    return view == nullptr ? nullptr : new SpokenWords(view);
}

int rowHeight() { return Theme::current().px(32); }
int cellWidth() { return Theme::current().px(128); }

}  // namespace

WordsView::WordsView(const char* object_name, QWidget* parent) : QWidget(parent) {
    static const bool installed = (QAccessible::installFactory(spokenWords), true);
    static_cast<void>(installed);
    setObjectName(QString::fromLatin1(object_name));
    setFocusPolicy(Qt::TabFocus);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void WordsView::setWords(const SecretBytes& words) {
    m_words = words.clone();
    updateGeometry();
    update();
}

void WordsView::clear() {
    m_words.clear();
    update();
}

int WordsView::count() const {
    if (m_words.empty()) return 0;
    const auto bytes = m_words.reveal();
    return static_cast<int>(std::count(bytes.begin(), bytes.end(), ' ')) + 1;
}

ByteView WordsView::word(int index) const {
    const auto bytes = m_words.reveal();
    std::size_t begin = 0;
    for (int i = 0; i < index; ++i) {
        while (begin < bytes.size() && bytes[begin] != ' ') ++begin;
        ++begin;
    }
    std::size_t end = begin;
    while (end < bytes.size() && bytes[end] != ' ') ++end;
    return bytes.subspan(begin, end - begin);
}

QString WordsView::spelled() const {
    QString out;
    for (int i = 0; i < count(); ++i) {
        const auto bytes = word(i);
        out += QString::number(i + 1) + QStringLiteral(": ");
        for (const auto byte : bytes) out += QLatin1Char(static_cast<char>(byte));
        out += QStringLiteral(". ");
    }
    return out;
}

int WordsView::columns(int width) const { return std::clamp(width / cellWidth(), 1, 4); }

QSize WordsView::sizeHint() const { return {cellWidth() * 4, heightForWidth(cellWidth() * 4)}; }

int WordsView::heightForWidth(int width) const {
    const int each = columns(width);
    return (qMax(24, count()) + each - 1) / each * rowHeight() + 2 * space::medium;
}

void WordsView::paintEvent(QPaintEvent*) {
    const auto& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(hasFocus() ? QPen(theme.colors().accent, 2) : QPen(Qt::NoPen));
    painter.setBrush(theme.colors().sunken);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), cardRadius, cardRadius);
    const int each = columns(width());
    const int rows = (qMax(24, count()) + each - 1) / each;
    const int cell = (width() - 2 * space::medium) / each;
    QFont font = theme.font(Type::body);
    QFont small = theme.font(Type::caption);
    font.setWeight(QFont::DemiBold);
    for (int i = 0; i < count(); ++i) {
        // Down the columns: that is how one writes them on paper.
        const QRect where(space::medium + i / rows * cell, space::medium + i % rows * rowHeight(),
                          cell, rowHeight());
        painter.setFont(small);
        painter.setPen(theme.colors().muted);
        const int number = theme.px(26);
        painter.drawText(where.adjusted(0, 0, number - where.width(), 0),
                         Qt::AlignVCenter | Qt::AlignRight, QString::number(i + 1));
        QString text;
        const auto bytes = word(i);
        text.reserve(16);
        for (const auto byte : bytes) text += QLatin1Char(static_cast<char>(byte));
        painter.setFont(font);
        painter.setPen(theme.colors().text);
        painter.drawText(where.adjusted(number + space::small, 0, 0, 0),
                         Qt::AlignVCenter | Qt::AlignLeft, text);
        wipe(text);
    }
}

}  // namespace runnel::ui
