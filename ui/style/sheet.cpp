#include "ui/style/sheet.h"

#include "ui/style/theme.h"

#include <QFont>

namespace runnel::ui {

namespace {

// @name is a colour, #name a length that grows with the text.
constexpr const char* sheet = R"(
* { outline: none; }
QWidget { color: @text; }
QToolTip { background: @text; color: @surface; border: none; padding: 6px 8px; }
QDialog, #window, #setup { background: @window; }
QScrollArea, QScrollArea > QWidget > QWidget#pageContent { background: transparent; border: none; }

QLabel { background: transparent; }
QLabel[role="display"] { font-size: #display; font-weight: 600; }
QLabel[role="heading"] { font-size: #heading; font-weight: 600; }
QLabel[role="title"] { font-size: #title; font-weight: 600; }
QLabel[role="lead"] { font-size: #lead; }
QLabel[role="body"] { font-size: #body; }
QLabel[role="strong"] { font-size: #body; font-weight: 600; }
QLabel[role="muted"] { font-size: #body; color: @muted; }
QLabel[role="caption"] { font-size: #caption; color: @muted; }
QLabel[role="label"] { font-size: #body; font-weight: 500; }
QLabel[role="warn"] { font-size: #body; color: @warn; }
QLabel[role="bad"] { font-size: #body; color: @bad; }
QLabel[role="mono"] { font-family: "DejaVu Sans Mono", "Noto Sans Mono", monospace; font-size: #caption; }

QFrame[card="plain"] { background: @surface; border: 1px solid @line; border-radius: 12px; }
QFrame[card="sunken"] { background: @sunken; border: none; border-radius: 12px; }
QFrame[card="info"] { background: @accentSoft; border: none; border-radius: 12px; }
QFrame[card="good"] { background: @goodSoft; border: none; border-radius: 12px; }
QFrame[card="warn"] { background: @warnSoft; border: none; border-radius: 12px; }
QFrame[card="bad"] { background: @badSoft; border: none; border-radius: 12px; }
QFrame[line="true"] { background: @line; border: none; max-height: 1px; min-height: 1px; }

QLineEdit, QPlainTextEdit, QComboBox {
    background: @surface; color: @text; border: 1px solid @edge; border-radius: 8px;
    padding: 8px 11px; font-size: #body; selection-background-color: @accent; selection-color: @onAccent;
}
QLineEdit, QComboBox { min-height: #control; }
QLineEdit[size="large"] { font-size: #title; min-height: #large; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus { border: 2px solid @accent; padding: 7px 10px; }
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"] { border: 2px solid @bad; padding: 7px 10px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { background: @sunken; color: @muted; border-color: @line; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: url(:/icons/arrow-down-@mode.svg); width: 16px; height: 16px; }
QComboBox QAbstractItemView {
    background: @surface; color: @text; border: 1px solid @edge; selection-background-color: @accentSoft; selection-color: @text;
    padding: 4px;
}
QComboBox QAbstractItemView::item { min-height: #control; padding: 4px 8px; }

QRadioButton, QCheckBox { font-size: #body; spacing: 10px; padding: 6px 4px; border: 2px solid transparent; border-radius: 8px; }
QRadioButton:focus, QCheckBox:focus { border-color: @accent; }
QRadioButton::indicator, QCheckBox::indicator { width: 18px; height: 18px; border: 2px solid @edge; background: @surface; }
QRadioButton::indicator { border-radius: 11px; }
QCheckBox::indicator { border-radius: 5px; }
QRadioButton::indicator:checked { border: 6px solid @accent; width: 10px; height: 10px; }
QCheckBox::indicator:checked { border-color: @accent; background: @accent; image: url(:/icons/tick-@mode.svg); }

QListView { background: transparent; border: 2px solid transparent; border-radius: 12px; }
QListView:focus { border-color: @accent; }

QProgressBar { background: @sunken; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }

QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle { background: @edge; border-radius: 4px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: @surface; border: 1px solid @edge; padding: 4px; }
QMenu::item { padding: 8px 16px; border-radius: 6px; }
QMenu::item:selected { background: @accentSoft; }
)";

}  // namespace

QString styleSheet(const Theme& theme) {
    QString out = QString::fromLatin1(sheet);
    const auto& c = theme.colors();
    // Longer names first: @accentSoft before @accent.
    const std::pair<const char*, QColor> colors[] = {
        {"@accentHover", c.accentHover},
        {"@accentSoft", c.accentSoft},
        {"@accent", c.accent},
        {"@onAccent", c.onAccent},
        {"@goodSoft", c.goodSoft},
        {"@warnSoft", c.warnSoft},
        {"@badSoft", c.badSoft},
        {"@good", c.good},
        {"@warn", c.warn},
        {"@bad", c.bad},
        {"@window", c.window},
        {"@surface", c.surface},
        {"@sunken", c.sunken},
        {"@line", c.line},
        {"@edge", c.edge},
        {"@text", c.text},
        {"@muted", c.muted},
    };
    for (const auto& [name, color] : colors) out.replace(QLatin1String(name), color.name());
    out.replace(QLatin1String("@mode"),
                theme.isDark() ? QStringLiteral("dark") : QStringLiteral("light"));
    const auto length = [](int pixels) { return QString::number(pixels) + QStringLiteral("px"); };
    const std::pair<const char*, Type> sizes[] = {
        {"#display", Type::display}, {"#heading", Type::heading}, {"#title", Type::title},
        {"#lead", Type::lead},       {"#body", Type::body},       {"#caption", Type::caption},
    };
    for (const auto& [name, type] : sizes)
        out.replace(QString::fromLatin1(name) + u';', length(theme.font(type).pixelSize()) + u';');
    out.replace(QLatin1String("#control;"), length(theme.px(22)) + u';');
    out.replace(QLatin1String("#large;"), length(theme.px(30)) + u';');
    return out;
}

}  // namespace runnel::ui
